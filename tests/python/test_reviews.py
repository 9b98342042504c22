"""Reviews: when they are due, and how what was expected is scored."""

import datetime as dt
import json

import pandas as pd
import pytest

from decisions.readiness import readiness
from decisions.record import RECORD, records
from decisions.reviews import as_held, newly_held, review_calendar
from tests.python.decision_rows import (
    AS_OF,
    SCOPE,
    assumptions,
    decisions,
    evidence,
    limits,
    reviews,
    seed,
    sources,
)

LATER = dt.date(2027, 6, 30)


def recorded(option: str | None = "C") -> pd.DataFrame:
    names = [f"p{n}" for n in range(5)]
    inputs = {
        "assumptions": [
            {"parameter": name, "p10": 1.0, "p90": 2.0, "distribution": "bootstrap"}
            for name in names
        ]
        + [{"parameter": "policy", "p10": 3, "p90": 4, "distribution": "triangular"}],
        "simulation": [
            {"option": "expansion focus", "probability_beats_new_logo_focus": 0.8}
        ],
    }
    return pd.DataFrame(
        {
            "decision_id": ["DEC"],
            "version": [1],
            "as_of": [AS_OF],
            "recommended_option": [option],
            "inputs": [json.dumps(inputs)],
        }
    )


def observed(n_outside: int) -> pd.DataFrame:
    """Policy stands where it stood."""
    values = [2.01] * n_outside + [2.0] * (5 - n_outside)
    names = [f"p{n}" for n in range(5)]
    return pd.DataFrame(
        {"parameter": [*names, "policy"], "estimate": [*values, 3.5], **SCOPE}
    )


def held(
    n_outside: int = 1,
    gain: float | None = 10.0,
    state: str = "ok",
    records: pd.DataFrame | None = None,
    as_of: dt.date = LATER,
) -> pd.DataFrame:
    return review_calendar(
        reviews(),
        decisions(),
        recorded() if records is None else records,
        observed(n_outside),
        pd.DataFrame({**SCOPE, "gain": [gain]}),
        pd.DataFrame({"decision_id": ["DEC"], "state": [state]}),
        limits(),
        as_of,
    ).set_index("review_id")


@pytest.mark.parametrize(
    ("as_of", "states"),
    [
        (dt.date(2026, 5, 1), ["due", "planned", "planned"]),
        (dt.date(2026, 5, 2), ["held", "planned", "planned"]),
        (dt.date(2026, 9, 30), ["held", "due", "planned"]),
        (dt.date(2026, 10, 1), ["held", "overdue", "planned"]),
        (dt.date(2026, 4, 14), []),
    ],
)
def test_a_review_is_held_due_or_overdue_as_of_the_date(
    as_of: dt.date, states: list[str]
) -> None:
    table = held(as_of=as_of)
    assert table["state"].tolist() == states
    assert table["held_on"].notna().tolist() == [state == "held" for state in states]


def test_ranges_and_chances_are_scored() -> None:
    row = held(n_outside=1).loc["R3"]
    # A range of policy holds until policy changes.
    assert (row["n_intervals"], row["n_covered"]) == (5, 4)
    assert row["coverage_rate"] == pytest.approx(0.8)
    assert row["brier"] == pytest.approx(0.04)
    assert held(gain=-10.0).loc["R3", "brier"] == pytest.approx(0.64)
    assert pd.isna(held(gain=None).loc["R3", "brier"])


@pytest.mark.parametrize(
    ("n_outside", "gain", "state", "verdict", "because"),
    [
        (2, 10.0, "ok", "continue", "ranges and chances held, no trigger has fired"),
        (2, 10.0, "watch", "continue", "ranges and chances held, no trigger has fired"),
        (3, 10.0, "ok", "adapt", "2 of 5 ranges held"),
        (
            1,
            -10.0,
            "ok",
            "adapt",
            "the better motion came out the other one, Brier 0.64",
        ),
        (1, 10.0, "fired", "adapt", "a trigger has fired"),
        (
            3,
            -10.0,
            "fired",
            "stop",
            "2 of 5 ranges held; the better motion came out the other one, Brier 0.64; "
            "a trigger has fired",
        ),
    ],
)
def test_the_verdict_follows_from_the_signals(
    n_outside: int, gain: float, state: str, verdict: str, because: str
) -> None:
    row = held(n_outside, gain, state).loc["R2"]
    assert (row["verdict"], row["because"]) == (verdict, because)


def test_without_a_recommendation_before_there_is_nothing_to_score() -> None:
    for table in (held(records=recorded(None)), held(as_of=AS_OF)):
        assert table[["verdict", "n_intervals", "brier"]].isna().all(axis=None)


def test_what_a_held_review_said_is_kept() -> None:
    """Held in May on ranges that held; in June they no longer do."""
    then = held(n_outside=0).reset_index()
    assert newly_held(then, then.iloc[:0])["review_id"].tolist() == ["R1"]
    past = newly_held(then, then.iloc[:0])
    now = held(n_outside=3).reset_index()
    assert newly_held(now, past).empty
    kept = as_held(now, past).set_index("review_id")
    assert kept["n_covered"].to_dict() == {"R1": 5, "R2": 2, "R3": 2}
    assert kept.loc["R1", "verdict"] == "continue"
    # A run of an earlier date does not know it yet.
    earlier = held(as_of=dt.date(2026, 5, 1)).reset_index()
    assert as_held(earlier, past)["state"].tolist() == ["due", "planned", "planned"]


def test_a_record_is_scored_by_hand_against_what_came() -> None:
    """The record itself, its own ranges, and the marts of a year later.

    Of cost 0.4 to 0.6 and uplift 0.1 to 0.4 one holds: half, less than three fifths.
    Expansion was 80 % likely to win: Brier 0.04 where it did, 0.64 where it did not.
    """
    checks = readiness(
        decisions(), seed("readiness_checks"), evidence(), limits(), AS_OF
    )
    past = records(decisions(), sources(checks), AS_OF, pd.DataFrame(columns=RECORD))
    came = assumptions().assign(estimate=[0.61, 0.5, 0.39])
    found = {
        gain: review_calendar(
            reviews().assign(held_on=LATER, held_by="U1"),
            decisions(),
            past,
            came,
            pd.DataFrame({**SCOPE, "gain": [gain]}),
            pd.DataFrame({"decision_id": ["DEC"], "state": ["ok"]}),
            limits(),
            LATER,
        ).iloc[2]
        for gain in (10.0, -10.0)
    }
    right, wrong = found[10.0], found[-10.0]
    assert (right["n_covered"], right["n_intervals"]) == (1, 2)
    assert right["coverage_rate"] == 0.5
    assert right["brier"] == pytest.approx(0.04)
    assert wrong["brier"] == pytest.approx(0.64)
    assert (right["verdict"], wrong["verdict"]) == ("adapt", "stop")
