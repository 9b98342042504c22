"""Reviews: when they are due, and how what was expected is scored."""

import datetime as dt
import json

import pandas as pd
import pytest

from decisions.reviews import review_calendar
from tests.python.decision_rows import (
    AS_OF,
    SCOPE,
    decisions,
    limits,
    reviews,
)

LATER = dt.date(2027, 6, 30)


def recorded(option: str | None = "C") -> pd.DataFrame:
    names = [f"p{n}" for n in range(5)]
    inputs = {
        "assumptions": [{"parameter": name, "p10": 1.0, "p90": 2.0} for name in names]
        + [{"parameter": "policy", "p10": 3.0, "p90": 3.0}],
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
    values = [2.01] * n_outside + [2.0] * (5 - n_outside)
    return pd.DataFrame(
        {"parameter": [f"p{n}" for n in range(5)], "estimate": values, **SCOPE}
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
    # A point of policy has no range that could hold.
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
