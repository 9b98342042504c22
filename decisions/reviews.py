"""Which reviews are due, and whether what was expected happened."""

import datetime as dt
import json

import pandas as pd

from decisions.governance import Policy, Row, in_scope, numbers, rows_of

HELD = "held"
# How a range that was seen, not set, is made.
BOOTSTRAP = "bootstrap"
CONTINUE, ADAPT, STOP = "continue", "adapt", "stop"
REVIEWS = [
    *("decision_id", "review_id", "review_kind", "asks", "due_on", "held_on"),
    *("held_by", "state", "n_intervals", "n_covered", "coverage_rate", "brier"),
    *("verdict", "because", "as_of"),
]


def review_calendar(
    calendar: pd.DataFrame,
    decisions: pd.DataFrame,
    records: pd.DataFrame,
    assumptions: pd.DataFrame,
    gains: pd.DataFrame,
    triggers: pd.DataFrame,
    policy: Policy,
    as_of: dt.date,
) -> pd.DataFrame:
    """One row per review of a decision that has been asked, with what it would say.

    `assumptions` are what the marts show now, `gains` the value of expansion above that
    of new logos at them, by scope. Both are compared with the first record that
    recommended something, the one people acted upon.
    """
    asked = {row["decision_id"]: row for row in rows_of(decisions)}
    rows = []
    for review in rows_of(calendar):
        decision = asked[review["decision_id"]]
        if decision["asked_on"] > as_of:
            continue
        record = _acted_upon(records, review["decision_id"], as_of)
        scores = _scores(record, assumptions, gains, decision) if record else {}
        states = {
            str(row["state"])
            for row in rows_of(triggers, decision_id=review["decision_id"])
        }
        held_on = review["held_on"]
        is_held = held_on is not None and held_on <= as_of
        verdict, because = _verdict(scores, states, policy)
        rows.append(
            {name: review.get(name) for name in REVIEWS}
            | scores
            | {
                "held_on": held_on if is_held else None,
                "held_by": review["held_by"] if is_held else None,
                "state": _state(review["due_on"], is_held, as_of),
                "verdict": verdict,
                "because": because,
                "as_of": as_of,
            }
        )
    return pd.DataFrame(rows, columns=REVIEWS, dtype=object)


def newly_held(table: pd.DataFrame, past: pd.DataFrame) -> pd.DataFrame:
    """The reviews that are held and were not in any run before."""
    is_known = table["review_id"].isin(past["review_id"])
    return table[(table["state"] == HELD) & ~is_known]


def as_held(table: pd.DataFrame, past: pd.DataFrame) -> pd.DataFrame:
    """The reviews, what was held with what it said then: later months change nothing.

    A run of a date before a review was held does not know it yet.
    """
    kept = past[past["review_id"].isin(table.loc[table["state"] == HELD, "review_id"])]
    others = table[~table["review_id"].isin(kept["review_id"])]
    # From the ledger integers beside nulls come as floats, and fractions as decimals.
    whole = dict.fromkeys(("n_intervals", "n_covered"), "Int64")
    fractions = {name: numbers(kept[name]) for name in ("coverage_rate", "brier")}
    kept = kept[REVIEWS].assign(**fractions).astype(whole).astype(object)
    both = pd.concat([others, kept], ignore_index=True)
    return both.sort_values(["decision_id", "review_id"], ignore_index=True)


def _state(due_on: dt.date, is_held: bool, as_of: dt.date) -> str:
    if is_held:
        return HELD
    if due_on == as_of:
        return "due"
    return "overdue" if due_on < as_of else "planned"


def _acted_upon(
    records: pd.DataFrame, decision_id: object, as_of: dt.date
) -> Row | None:
    """The first record that recommended something before the date."""
    rows = [
        row
        for row in rows_of(records, decision_id=decision_id)
        if row["recommended_option"] is not None and row["as_of"] < as_of
    ]
    return min(rows, key=lambda row: row["version"]) if rows else None


def _scores(
    record: Row, assumptions: pd.DataFrame, gains: pd.DataFrame, decision: Row
) -> Row:
    """How many 80 % intervals held, and the Brier score of the chance of expansion.

    A range that policy set holds until policy changes: it says nothing of ours.
    """
    inputs = json.loads(record["inputs"])
    now = {
        row["parameter"]: row["estimate"]
        for row in rows_of(assumptions, **in_scope(decision))
    }
    held = [
        row["p10"] <= float(now[row["parameter"]]) <= row["p90"]
        for row in inputs["assumptions"]
        if row["distribution"] == BOOTSTRAP
        and row["p10"] is not None
        and row["p10"] < row["p90"]
        and now.get(row["parameter"]) is not None
    ]
    chances = [
        row["probability_beats_new_logo_focus"]
        for row in inputs["simulation"]
        if row["option"] == "expansion focus"
    ]
    gain = [row["gain"] for row in rows_of(gains, **in_scope(decision))]
    is_scored = bool(chances and gain and gain[0] is not None)
    return {
        "n_intervals": len(held),
        "n_covered": sum(held),
        "coverage_rate": sum(held) / len(held) if held else None,
        "brier": (chances[0] - float(gain[0] > 0)) ** 2 if is_scored else None,
    }


def _verdict(
    scores: Row, states: set[str], policy: Policy
) -> tuple[str | None, str | None]:
    """What the observed signals say; nothing before there is a record to compare with.

    Stop: the chance that was relied on came out wrong and the ranges did not hold
    either. Adapt: one of the two, or a trigger has fired. Continue: neither.
    """
    if not scores:
        return None, None
    coverage, brier = scores["coverage_rate"], scores["brier"]
    wrong = []
    if coverage is not None and coverage < policy.least_covered_rate:
        wrong.append(f"{scores['n_covered']} of {scores['n_intervals']} ranges held")
    if brier is not None and brier > policy.largest_brier:
        wrong.append(f"the better motion came out the other one, Brier {brier:.2f}")
    fired = ["a trigger has fired"] if "fired" in states else []
    if len(wrong) == 2:
        return STOP, "; ".join(wrong + fired)
    if wrong or fired:
        return ADAPT, "; ".join(wrong + fired)
    return CONTINUE, "ranges and chances held, no trigger has fired"
