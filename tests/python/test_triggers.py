"""Triggers: each rule fires, is watched, is at rest; a change of state is told once."""

import datetime as dt
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from decisions.charts import OverlappingWindowError
from decisions.triggers import EVENTS, Facts, answered, state_changes, triggered
from tests.python.decision_rows import (
    AS_OF,
    BALANCES,
    METRIC,
    STAMPS,
    assumptions,
    balances,
    calm,
    decisions,
    limits,
    reviews,
    rules,
    series,
    thresholds,
    users,
)

NO_EVENTS = pd.DataFrame(columns=EVENTS)


def recorded(gain: float = 6_000.0) -> pd.DataFrame:
    inputs = {
        "tornado": [{"difference_base": gain}],
        "stamps": STAMPS,
        "balances": {day.isoformat(): value for day, value in BALANCES.items()},
    }
    return pd.DataFrame(
        {
            "decision_id": ["DEC"],
            "version": [1],
            "as_of": [dt.date(2026, 5, 31)],
            "inputs": [json.dumps(inputs)],
        }
    )


FACTS = Facts(
    series=series(calm()),
    thresholds=thresholds(),
    assumptions=assumptions(),
    users=users(),
    reviews=reviews(),
    records=recorded(),
    balances=balances(),
    stamps=STAMPS,
)


def seen(
    rule: str,
    as_of: dt.date = AS_OF,
    events: pd.DataFrame = NO_EVENTS,
    facts: Facts = FACTS,
    **changes: object,
) -> pd.Series:
    table = triggered(
        rules(rule=rule, **changes), decisions(), facts, limits(), as_of, events
    )
    return table.iloc[0]


def interval(low: float, high: float) -> pd.DataFrame:
    return assumptions().assign(p10=low, p90=high)


def ends(day: dt.date | None) -> pd.DataFrame:
    return users().assign(ended_on=[day, None, None, AS_OF])


def expires(day: dt.date | None) -> pd.DataFrame:
    return assumptions().assign(stale_on=day)


def after(*points: float) -> pd.DataFrame:
    """The month before the question ends the calm, these follow."""
    return series(np.concatenate([calm(), points]))


DAY = dt.timedelta(days=1)
COST = {"parameter": "cac_expansion", "metric": None}
DRIFT = {"parameter": "none", "flip_scale": "same"}
CASES = [
    # (a) The estimate is 0.5 and the flip 0.9: four fifths of the way are watched.
    ("interval_touches_flip", COST, {"assumptions": interval(0.4, 0.81)}, "ok", 0.225),
    (
        "interval_touches_flip",
        COST,
        {"assumptions": interval(0.4, 0.83)},
        "watch",
        0.175,
    ),
    ("interval_touches_flip", COST, {"assumptions": interval(0.4, 0.9)}, "fired", 0),
    (
        "interval_touches_flip",
        COST,
        {"assumptions": assumptions().assign(estimate=None)},
        "insufficient_history",
        None,
    ),
    # It was below the flip when expansion won, and is far above it now.
    (
        "interval_touches_flip",
        COST,
        {"assumptions": interval(1.5, 1.7).assign(estimate=1.6)},
        "fired",
        0,
    ),
    (
        "interval_touches_flip",
        COST,
        {
            "assumptions": interval(1.5, 1.7).assign(estimate=1.6),
            "records": recorded(-1.0),
        },
        "ok",
        0.857143,
    ),
    (
        "interval_touches_flip",
        COST,
        {"assumptions": interval(0.4, 0.6), "records": recorded(-1.0)},
        "fired",
        0,
    ),
    ("interval_touches_flip", {"parameter": "uplift"}, {}, "ok", None),
    # (b) The mean is 0.98, the lower limit 0.9534.
    ("outside_usual_range", {}, {"series": after(0.98, 0.98, 0.98)}, "ok", 1),
    (
        "outside_usual_range",
        {},
        {"series": after(0.98, 0.98, 0.98 - 0.0266 * 0.9)},
        "watch",
        0.1,
    ),
    (
        "outside_usual_range",
        {},
        {"series": after(0.98, 0.98, 0.95)},
        "fired",
        -0.127820,
    ),
    ("outside_usual_range", {}, {"series": after(0.966, 0.966, 0.966)}, "fired", 0),
    (
        "outside_usual_range",
        {},
        {"series": series(calm(14))},
        "insufficient_history",
        None,
    ),
    ("outside_usual_range", {}, {"series": series(calm(15))}, "ok", 0.812030),
    # (c) Without a flip each point below the mean by 0.01 adds 1.128 - 0.75.
    ("drifts_to_flip", DRIFT, {"series": after(0.97, 0.97, 0.97)}, "ok", 0.7732),
    ("drifts_to_flip", DRIFT, {"series": after(0.97, 0.93, 0.98)}, "watch", 0.0964),
    ("drifts_to_flip", DRIFT, {"series": after(0.94, 0.97, 0.94)}, "fired", -0.5804),
    (
        "drifts_to_flip",
        DRIFT,
        {"series": series(calm(9))},
        "insufficient_history",
        None,
    ),
    # (d) to (h).
    ("evidence_expired", {}, {"assumptions": expires(AS_OF + 30 * DAY)}, "ok", 30),
    ("evidence_expired", {}, {"assumptions": expires(AS_OF + 29 * DAY)}, "watch", 29),
    ("evidence_expired", {}, {"assumptions": expires(AS_OF)}, "fired", 0),
    (
        "evidence_expired",
        {},
        {"assumptions": expires(None)},
        "insufficient_history",
        None,
    ),
    ("owner_left", {}, {}, "ok", None),
    ("owner_left", {}, {"users": ends(AS_OF + DAY)}, "watch", 1),
    ("owner_left", {}, {"users": ends(AS_OF)}, "fired", 0),
    ("definition_changed", {}, {}, "ok", 1),
    ("definition_changed", {}, {"stamps": STAMPS | {"policy": "2026.02"}}, "fired", 0),
    (
        "definition_changed",
        {},
        {"records": recorded().iloc[:0]},
        "ok",
        None,
    ),
    ("restated", {}, {}, "ok", 1),
    ("restated", {}, {"balances": balances(closing_arr=[900_900, 1e6])}, "watch", 0.1),
    ("restated", {}, {"balances": balances(closing_arr=[901_000, 1e6])}, "fired", 0),
    (
        "restated",
        {},
        {"records": recorded().iloc[:0]},
        "ok",
        None,
    ),
    ("review_due", {}, {}, "ok", 92),
    (
        "review_due",
        {},
        {"reviews": reviews().assign(held_on=AS_OF + DAY, due_on=AS_OF + DAY)},
        "watch",
        1,
    ),
    (
        "review_due",
        {},
        {"reviews": reviews().assign(held_on=None)},
        "fired",
        -60,
    ),
    ("review_due", {}, {"reviews": reviews().iloc[:1]}, "ok", None),
]


@pytest.mark.parametrize(("rule", "changes", "facts", "state", "headroom"), CASES)
def test_each_rule_at_its_limits(
    rule: str,
    changes: dict[str, object],
    facts: dict[str, object],
    state: str,
    headroom: float | None,
) -> None:
    found = seen(rule, facts=replace(FACTS, **facts), **changes)
    assert found["state"] == state, found["because"]
    if headroom is None:
        assert pd.isna(found["headroom"])
    else:
        assert found["headroom"] == pytest.approx(headroom, abs=2e-4)
    is_fired = state == "fired"
    assert found["due_on"] == (AS_OF + 14 * DAY if is_fired else None)


def test_a_run_on_one_side_of_the_mean_is_watched() -> None:
    asked = decisions(asked_on=dt.date(2025, 11, 3))
    for last, state in ((0.981, "watch"), (0.979, "ok"), (0.95, "fired")):
        points = series(np.concatenate([calm(22), [0.981] * 7, [last]]))
        facts = replace(FACTS, series=points)
        found = triggered(rules(), asked, facts, limits(), AS_OF, NO_EVENTS).iloc[0]
        assert found["state"] == state
        assert found["headroom"] > 0.9 or state == "fired"
        assert found["because"].endswith("side of the mean") == (state == "watch")


def fired(n_series: int, shift: float, months: list[int]) -> pd.DataFrame:
    """By series, which charts fire so many months after the question; normal points."""
    rng = np.random.default_rng(20260105)
    charts = pd.concat(
        [rules(), rules(trigger_id="T2", rule="drifts_to_flip", parameter="none")]
    )
    rows = []
    for place in range(n_series):
        values = rng.normal(size=24 + max(months))
        values[24:] += shift
        points = series(values)
        asked = decisions(asked_on=points["month_start"].iloc[24])
        for month in months:
            end = points["month_start"].iloc[23 + month] + 27 * DAY
            end += pd.offsets.MonthEnd(0)
            facts = replace(FACTS, series=points)
            table = triggered(charts, asked, facts, limits(), end.date(), NO_EVENTS)
            rows += [(place, *row) for row in table[["rule", "state"]].to_numpy()]
    states = pd.DataFrame(rows, columns=["place", "rule", "state"])
    return states.assign(fired=states["state"] == "fired")


def test_a_stable_series_fires_in_about_one_percent_of_later_months() -> None:
    share = fired(80, 0, [6, 12, 18, 24]).groupby("rule")["fired"].mean()
    # As measured closely in test_charts; here are but 320 months of each.
    assert share.between(0.002, 0.025).all(), share


def test_a_shift_of_three_sigma_fires_within_three_months() -> None:
    caught = fired(60, 3, [1, 2, 3]).groupby(["rule", "place"])["fired"].any()
    shares = caught.groupby("rule").mean()
    assert shares["outside_usual_range"] > 0.8
    assert shares["drifts_to_flip"] > 0.7


def test_the_sum_runs_toward_the_flip_with_half_its_distance_as_slack() -> None:
    flips = thresholds().assign(parameter="grr_base_12m", flip_value=0.95**12)
    facts = replace(FACTS, thresholds=flips, series=after(0.94, 0.94, 1.1))
    found = seen(
        "drifts_to_flip",
        facts=facts,
        parameter="grr_base_12m",
        flip_scale="monthly_root",
    )
    # The flip is 3.384 deviations below: 0.04 less half of 0.03, twice; up counts less.
    assert found["value"] == 0
    assert "has not drifted towards the flip at 0.95" in found["because"]
    facts = replace(facts, series=after(0.94, 0.94, 0.98))
    found = seen(
        "drifts_to_flip",
        facts=facts,
        parameter="grr_base_12m",
        flip_scale="monthly_root",
    )
    assert found["value"] == pytest.approx((2 * 0.025 - 0.015) * 112.8)
    assert "has drifted by 3.95 deviations towards" in found["because"]


def test_nothing_after_the_date_is_seen() -> None:
    may = dt.date(2026, 6, 29)
    facts = replace(FACTS, series=after(0.98, 0.98, 0.5))
    assert seen("outside_usual_range", as_of=may, facts=facts)["state"] == "ok"
    assert seen("outside_usual_range", facts=facts)["state"] == "fired"


def test_a_chart_of_twelve_month_rates_is_refused() -> None:
    with pytest.raises(OverlappingWindowError):
        seen("outside_usual_range", metric="net_revenue_retention_12m")


def test_each_change_of_state_is_one_event_once() -> None:
    events, told = NO_EVENTS, []
    gone = ends(AS_OF + DAY)
    for days in (0, 0, 1, 1, 5):
        as_of = AS_OF + days * DAY
        facts = replace(FACTS, users=gone)
        table = triggered(
            rules(rule="owner_left"), decisions(), facts, limits(), as_of, events
        )
        new = state_changes(table, events)
        told.append(new["state"].tolist())
        events = pd.concat([events, new]) if len(events) else new
    assert told == [["watch"], [], ["fired"], [], []]
    assert events["event_id"].tolist() == [1, 2]
    assert events["previous_state"].tolist()[1] == "watch"
    # Since and due date stay those of the day it fired.
    assert table.loc[0, "since"] == AS_OF + DAY
    assert table.loc[0, "due_on"] == AS_OF + 15 * DAY
    # A run of an earlier date adds nothing to what came later.
    earlier = triggered(
        rules(rule="owner_left"), decisions(), FACTS, limits(), AS_OF, events
    )
    assert earlier["state"].tolist() == ["ok"]
    assert state_changes(earlier, events).empty


def test_an_answer_stands_beside_its_event() -> None:
    table = triggered(
        rules(rule="owner_left"),
        decisions(),
        replace(FACTS, users=ends(AS_OF)),
        limits(),
        AS_OF,
        NO_EVENTS,
    )
    responses = pd.DataFrame(
        [
            ("T1", AS_OF, AS_OF + DAY, "U3", "Cyd owns it"),
            ("T2", AS_OF, AS_OF, "U3", "x"),
        ],
        columns=["trigger_id", "fired_on", "answered_on", "answered_by", "answer"],
    )
    events = state_changes(table, NO_EVENTS)
    assert answered(events, responses)["answer"].tolist() == ["Cyd owns it"]
    assert answered(events, responses.iloc[:0])["answer"].isna().all()


def test_the_metric_of_the_facts_is_the_one_of_the_rule() -> None:
    assert METRIC in seen("outside_usual_range")["because"]


def test_what_has_not_moved_is_not_said_to_have_moved() -> None:
    assert seen("restated")["because"] == "ARR of past months is that of the record"
    moved = replace(FACTS, balances=balances(closing_arr=[900_000.01, 1e6]))
    assert "moved by 0.01" in seen("restated", facts=moved)["because"]


@pytest.mark.parametrize("rule", ["outside_usual_range", "drifts_to_flip"])
@pytest.mark.parametrize("n_moves", [0, 1, 3])
def test_a_figure_that_hardly_moved_has_no_usual_range(rule: str, n_moves: int) -> None:
    still = np.full(len(calm()), 0.9)
    still[-n_moves or len(still) :] += 0.001 * np.arange(n_moves)
    facts = replace(FACTS, series=series(np.concatenate([still, [0.5]])))
    found = seen(rule, facts=facts, **(DRIFT if rule == "drifts_to_flip" else {}))
    assert found["state"] == "insufficient_history"
    assert "it has no usual range" in found["because"]
    assert found["value"] is None or pd.isna(found["value"])
