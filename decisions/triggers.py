"""What must be looked at again before its time: every trigger of every decision."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from decisions.charts import (
    MOVING_RANGE,
    comparable,
    drift,
    places,
    runs,
    series_of,
    signals,
)
from decisions.governance import Policy, Row, in_scope, is_here, rows_of

OK, WATCH, FIRED = "ok", "watch", "fired"
INSUFFICIENT = "insufficient_history"
SHARE, DAYS = "share", "days"
# Figures are kept to a millionth: what moves less has not moved.
LEAST_CHANGE = 1e-6
# Expansion wins above a flip or below it.
ABOVE = "above"

TRIGGERS = [
    *("decision_id", "trigger_id", "rule", "metric", "parameter", "value"),
    *("limit_value", "headroom", "headroom_unit", "state", "because", "since"),
    *("owner_user_id", "escalation_user_id", "due_on", "action", "reversal_signal"),
    "as_of",
]
EVENTS = [
    *("event_id", "decision_id", "trigger_id", "as_of", "previous_state", "state"),
    *("value", "limit_value", "because", "owner_user_id", "escalation_user_id"),
    *("due_on", "action"),
]


@dataclass(frozen=True)
class Facts:
    """What triggers are read from.

    `records` are the records of decisions so far; `stamps` what definitions and
    hierarchy are now, by name; `balances` closing_arr by scope and month.
    """

    series: pd.DataFrame
    thresholds: pd.DataFrame
    assumptions: pd.DataFrame
    users: pd.DataFrame
    reviews: pd.DataFrame
    records: pd.DataFrame
    balances: pd.DataFrame
    stamps: dict[str, str]


@dataclass(frozen=True)
class Reading:
    """What a rule sees: fired without headroom; None where nothing limits it.

    `is_watched` whatever its headroom, as long as it has some.
    """

    because: str
    value: float | None = None
    limit_value: float | None = None
    headroom: float | None = None
    unit: str = SHARE
    is_known: bool = True
    is_watched: bool = False


@dataclass(frozen=True)
class Case:
    """A trigger of a decision on a date."""

    rule: Row
    decision: Row
    facts: Facts
    policy: Policy
    as_of: dt.date


def triggered(
    rules: pd.DataFrame,
    decisions: pd.DataFrame,
    facts: Facts,
    policy: Policy,
    as_of: dt.date,
    events: pd.DataFrame,
) -> pd.DataFrame:
    """One row per trigger of a decision that has been asked, with its state."""
    rows = []
    for decision in rows_of(decisions):
        if decision["asked_on"] > as_of:
            continue
        for rule in rows_of(rules, decision_id=decision["decision_id"]):
            reading = RULES[rule["rule"]](Case(rule, decision, facts, policy, as_of))
            state = _state(reading, policy)
            since = _since(events, rule["trigger_id"], state, as_of)
            days = dt.timedelta(days=int(rule["due_days"]))
            rows.append(
                {name: rule.get(name) for name in TRIGGERS}
                | {
                    "value": reading.value,
                    "limit_value": reading.limit_value,
                    "headroom": reading.headroom,
                    "headroom_unit": reading.unit,
                    "state": state,
                    "because": reading.because,
                    "since": since,
                    "due_on": since + days if state == FIRED else None,
                    "as_of": as_of,
                }
            )
    return pd.DataFrame(rows, columns=TRIGGERS)


def state_changes(triggers: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """One row per trigger whose state is not the one its last event told.

    A run that speaks of an earlier date than the last event adds nothing to it.
    """
    number = 0 if events.empty else int(events["event_id"].max())
    rows = []
    for trigger in rows_of(triggers):
        last = _last_event(events, trigger["trigger_id"])
        if last and (
            last["state"] == trigger["state"] or last["as_of"] > trigger["as_of"]
        ):
            continue
        number += 1
        previous = last["state"] if last else None
        rows.append(trigger | {"event_id": number, "previous_state": previous})
    return pd.DataFrame(rows, columns=EVENTS)


def answered(events: pd.DataFrame, responses: pd.DataFrame) -> pd.DataFrame:
    """Events with what was done about them."""
    named = responses.rename(columns={"fired_on": "as_of"})
    columns = ["trigger_id", "as_of", "answered_on", "answered_by", "answer"]
    return events.merge(
        named[columns].astype(object), on=["trigger_id", "as_of"], how="left"
    )


def _interval_touches_flip(case: Case) -> Reading:
    """(a) The 80 % interval of the estimate, against the flip nearest to it.

    An estimate on the other side of it than the answer on record has passed it, however
    far it is by now.
    """
    parameter = case.rule["parameter"]
    scope = in_scope(case.decision)
    known = rows_of(case.facts.assumptions, parameter=parameter, **scope)
    ends = [known[0][name] for name in ("estimate", "p10", "p90")] if known else [None]
    if None in ends:
        return Reading(f"{parameter} has no estimate", is_known=False)
    estimate, low, high = (float(end) for end in ends)
    flips = _flips(case, parameter)
    if not flips:
        return Reading(f"{parameter} has no flip within its range", value=estimate)
    flip, direction = min(flips, key=lambda row: abs(row[0] - estimate))
    gap = abs(flip - estimate)
    reach = high - estimate if flip > estimate else estimate - low
    headroom = 1 - reach / gap if gap > 0 else 0.0
    because = f"{parameter} is {estimate:,.4g} ({low:,.4g} to {high:,.4g}), its flip "
    because += f"{flip:,.4g}"
    won_then = _expansion_won(case)
    if won_then is not None and won_then != ((estimate > flip) == (direction == ABOVE)):
        because += "; it has passed it since the record"
        headroom = min(headroom, 0.0)
    return Reading(because, estimate, flip, headroom)


def _outside_usual_range(case: Case) -> Reading:
    """(b) The last month against limits from the months before the decision."""
    values, n_baseline = _charted(case)
    if n_baseline < case.policy.chart_least_points:
        return _too_short(case, n_baseline)
    baseline = values[:n_baseline]
    if _hardly_moves(baseline):
        return _no_usual_range(case, n_baseline)
    mean, value = float(baseline.mean()), float(values[-1])
    room = case.policy.chart_limit_factor * float(np.abs(np.diff(baseline)).mean())
    limit = mean + room if value >= mean else mean - room
    text = f"{case.rule['metric']} is {value:.4f}, its limits {mean - room:.4f} and "
    text += f"{mean + room:.4f}"
    if len(values) == n_baseline:
        return Reading(f"{text}; no month since the question", value, limit)
    place = float(places(values, n_baseline, case.policy)[-1])
    is_signal = bool(signals(values, n_baseline, case.policy)[-1])
    is_run = bool(runs(values, n_baseline, case.policy)[-1])
    headroom = max(1 - abs(place), -1e6)
    if is_signal and headroom > 0:
        text += f"; {case.policy.chart_near_points} months in a row near one limit"
        headroom = 0.0
    elif is_run:
        text += f"; {case.policy.chart_run_points} months in a row on one side of the "
        text += "mean"
    return Reading(text, value, limit, headroom, is_watched=is_run)


def _drifts_to_flip(case: Case) -> Reading:
    """(c) The cumulative sum toward the flip; to either side where there is none."""
    values, n_baseline = _charted(case)
    if n_baseline < case.policy.chart_least_points:
        return _too_short(case, n_baseline)
    baseline = values[:n_baseline]
    if _hardly_moves(baseline):
        return _no_usual_range(case, n_baseline)
    mean = float(baseline.mean())
    deviation = float(np.abs(np.diff(baseline)).mean()) / MOVING_RANGE
    root = 1 / 12 if case.rule["flip_scale"] == "monthly_root" else 1
    found = _flips(case, case.rule["parameter"])
    flips = [flip**root for flip, _ in found if flip > 0]
    slack, sides, toward = case.policy.cusum_usual_slack, (1, -1), "to either side"
    if flips:
        flip = min(flips, key=lambda flip: abs(flip - mean))
        slack = abs(flip - mean) / deviation / 2
        sides = (1,) if flip > mean else (-1,)
        toward = f"towards the flip at {flip:.4f}"
    sums = [drift(values, n_baseline, slack, side) for side in sides]
    total = min(max((float(s[-1]) for s in sums if len(s)), default=0.0), 1e6)
    limit = case.policy.cusum_limit
    by = f"drifted by {total:.2f} deviations" if total > 0 else "not drifted"
    text = f"{case.rule['metric']} has {by} {toward}"
    return Reading(text, total, limit, 1 - total / limit)


def _evidence_expired(case: Case) -> Reading:
    """(d) The first evidence of the scope to expire."""
    dated = [
        (row["stale_on"], str(row["parameter"]))
        for row in rows_of(case.facts.assumptions, **in_scope(case.decision))
        if row["stale_on"] is not None
    ]
    if not dated:
        return Reading("no evidence has a date", unit=DAYS, is_known=False)
    stale_on, parameter = min(dated)
    return _until(stale_on, case.as_of, f"{parameter} expires on {stale_on}")


def _owner_left(case: Case) -> Reading:
    """(e) The owner of the decision, by the date they leave."""
    owner = case.decision["owner_user_id"]
    if not is_here(case.facts.users, owner, case.as_of):
        return Reading(f"{owner} is not here", 0, 0, 0, DAYS)
    ended_on = rows_of(case.facts.users, user_id=owner)[0]["ended_on"]
    if ended_on is None:
        return Reading(f"{owner} is here", unit=DAYS)
    return _until(ended_on, case.as_of, f"{owner} leaves on {ended_on}")


def _definition_changed(case: Case) -> Reading:
    """(f) Definitions and hierarchy now, against those of the last record."""
    inputs = _recorded(case)
    if inputs is None:
        return Reading("no record yet: nothing has been built on it")
    then = inputs["stamps"]
    names = sorted({*then, *case.facts.stamps})
    changed = [name for name in names if then.get(name) != case.facts.stamps.get(name)]
    if not changed:
        return Reading("definitions and hierarchy are those of the record", 0, 1, 1)
    return Reading(f"changed: {', '.join(changed)}", len(changed), 1, 0)


def _restated(case: Case) -> Reading:
    """(g) Balances of past months now, against those of the last record."""
    inputs = _recorded(case)
    if inputs is None:
        return Reading("no record yet: nothing has been built on it")
    now = {
        row["month_start"].isoformat(): float(row["closing_arr"])
        for row in rows_of(case.facts.balances, **in_scope(case.decision))
    }
    moved = {
        month: abs(now.get(month, 0.0) - then)
        for month, then in inputs["balances"].items()
    }
    month = max(moved, key=lambda month: moved[month], default=None)
    if month is None:
        return Reading("the record holds no balances", is_known=False)
    limit = float(case.decision["materiality"])
    text = f"ARR of {month[:7]} has moved by {moved[month]:,.2f} since the record"
    if not any(moved.values()):
        text = "ARR of past months is that of the record"
    return Reading(text, moved[month], limit, 1 - moved[month] / limit)


def _review_due(case: Case) -> Reading:
    """(h) The first review that is not held."""
    coming = [
        (row["due_on"], str(row["review_id"]))
        for row in rows_of(case.facts.reviews, decision_id=case.decision["decision_id"])
        if row["held_on"] is None or row["held_on"] > case.as_of
    ]
    if not coming:
        return Reading("every review has been held", unit=DAYS)
    due_on, review = min(coming)
    return _until(due_on, case.as_of, f"{review} is due on {due_on}")


RULES: dict[object, Callable[[Case], Reading]] = {
    "interval_touches_flip": _interval_touches_flip,
    "outside_usual_range": _outside_usual_range,
    "drifts_to_flip": _drifts_to_flip,
    "evidence_expired": _evidence_expired,
    "owner_left": _owner_left,
    "definition_changed": _definition_changed,
    "restated": _restated,
    "review_due": _review_due,
}


def _charted(case: Case) -> tuple[np.ndarray, int]:
    """Values up to the date, and how many of them the limits are estimated from.

    The baseline ends before the month of the question, as the question is whether
    anything has changed since. The month of the date itself counts at its end.
    """
    points = series_of(
        case.facts.series, str(case.rule["metric"]), **in_scope(case.decision)
    )
    ends = points.index + pd.offsets.MonthEnd(0)
    points = points[ends <= pd.Timestamp(case.as_of)]
    asked = pd.Timestamp(case.decision["asked_on"]).replace(day=1)
    n_before = int((points.index < asked).sum())
    n_baseline = min(n_before, case.policy.chart_baseline_points)
    values = comparable(points, n_before, case.policy)
    return values[n_before - n_baseline :], n_baseline


def _too_short(case: Case, n_points: int) -> Reading:
    text = f"{case.rule['metric']} has {n_points} months before the question, "
    return Reading(
        f"{text}a chart needs {case.policy.chart_least_points}", is_known=False
    )


def _hardly_moves(baseline: np.ndarray) -> bool:
    """Whether most months were as the one before: what is usual cannot be known.

    A figure of few accounts stands still and then jumps; measured in such a baseline's
    deviations, each jump would be a million of them.
    """
    return float(np.median(np.abs(np.diff(baseline)))) <= LEAST_CHANGE


def _no_usual_range(case: Case, n_points: int) -> Reading:
    text = f"{case.rule['metric']} hardly moved in the {n_points} months before the "
    return Reading(f"{text}question: it has no usual range", is_known=False)


def _flips(case: Case, parameter: object) -> list[tuple[float, str]]:
    """The flips of a parameter, each with the side on which expansion wins."""
    rows = rows_of(
        case.facts.thresholds, parameter=parameter, **in_scope(case.decision)
    )
    return [
        (float(row["flip_value"]), str(row["direction"]))
        for row in rows
        if row["flip_value"] is not None
    ]


def _expansion_won(case: Case) -> bool | None:
    """Whether expansion was worth more in the last record before the date, if any.

    One of the date itself may have come of this very run.
    """
    bars = (_recorded(case, case.as_of - dt.timedelta(days=1)) or {}).get("tornado")
    return bars[0]["difference_base"] > 0 if bars else None


def _recorded(case: Case, until: dt.date | None = None) -> Row | None:
    """The inputs of the last record of the decision up to the date."""
    until = until or case.as_of
    records = [
        row
        for row in rows_of(case.facts.records, decision_id=case.decision["decision_id"])
        if row["as_of"] <= until
    ]
    if not records:
        return None
    return json.loads(max(records, key=lambda row: row["version"])["inputs"])


def _until(date: dt.date, as_of: dt.date, because: str) -> Reading:
    days = (date - as_of).days
    return Reading(because, days, 0, days, DAYS)


def _state(reading: Reading, policy: Policy) -> str:
    if not reading.is_known:
        return INSUFFICIENT
    if reading.headroom is None:
        return OK
    if reading.headroom <= 0:
        return FIRED
    is_share = reading.unit == SHARE
    room = policy.watch_headroom_rate if is_share else policy.watch_days
    return WATCH if reading.is_watched or reading.headroom < room else OK


def _since(
    events: pd.DataFrame, trigger_id: object, state: str, as_of: dt.date
) -> dt.date:
    """The date the state was first seen, if it has not changed since."""
    last = _last_event(events, trigger_id)
    return last["as_of"] if last and last["state"] == state else as_of


def _last_event(events: pd.DataFrame, trigger_id: object) -> Row | None:
    rows = rows_of(events, trigger_id=trigger_id)
    return max(rows, key=lambda row: row["event_id"]) if rows else None
