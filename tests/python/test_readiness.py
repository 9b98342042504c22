"""Is anyone entitled to decide: each way to fail names the rows that failed it."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from decisions.readiness import readiness, stamped
from tests.python.decision_rows import (
    AS_OF,
    METRIC,
    assumptions,
    books,
    calm,
    decisions,
    evidence,
    information,
    limits,
    options,
    scores,
    seed,
    series,
    tornado,
)


def checked(decision: pd.DataFrame | None = None, **changes: object) -> pd.DataFrame:
    asked = decisions() if decision is None else decision
    table = readiness(
        asked, seed("readiness_checks"), evidence(**changes), limits(), AS_OF
    )
    return table.set_index("check_name")


def test_a_decision_with_all_it_needs_is_ready() -> None:
    table = checked()
    assert set(table["state"]) == {"passed"}
    assert set(table["verdict"]) == {"ready"}
    assert table["failing_rows"].isna().all() and table["supply_by"].isna().all()


def open_uplift(name: str) -> pd.DataFrame:
    table = assumptions()
    table.loc[table["parameter"] == name, ["kind", "evidence_score"]] = [
        "open_question",
        None,
    ]
    return table


def with_score(score: float) -> pd.DataFrame:
    table = assumptions()
    table.loc[table["parameter"] == "cac_expansion", "evidence_score"] = score
    return table


def with_value(option: str, **values: object) -> pd.DataFrame:
    table = scores()
    for name, value in values.items():
        table[name] = table[name].astype(object)
        table.loc[table["option_id"] == option, name] = value
    return table


def approved_by(user: str | None) -> pd.DataFrame:
    table = options()
    table.loc[1, "approver_user_id"] = user
    return table


def ending(*values: float) -> pd.DataFrame:
    return series(np.concatenate([calm(), values]))


FAILURES = [
    ("no_owner", {"decision": decisions(owner_user_id="U9")}, "owner U9 is not here"),
    ("no_owner", {"decision": decisions(owner_user_id=None)}, "owner not named is not"),
    ("no_owner", {"options": approved_by(None)}, "approver of B not named is not here"),
    ("no_owner", {"options": approved_by("U9")}, "approver of B U9 is not here"),
    (
        "no_evidence",
        {"assumptions": with_score(0.49)},
        "cac_expansion has evidence 0.49",
    ),
    (
        "no_evidence",
        {"assumptions": open_uplift("cac_expansion")},
        "cac_expansion is open; cac_expansion has evidence 0.00",
    ),
    (
        "no_evidence",
        {"information": information().iloc[:0], "tornado": tornado().iloc[:0]},
        "company has no estimates",
    ),
    # Where nothing is worth knowing, what moves the answer is what it rests on.
    (
        "no_evidence",
        {"information": information().assign(evppi=0), "assumptions": with_score(0.4)},
        "cac_expansion has evidence 0.40",
    ),
    ("no_choice", {"options": options().iloc[:1]}, "1 distinct options"),
    ("no_choice", {"scores": scores().iloc[:1]}, "1 options have a value"),
    (
        "no_choice",
        {"decision": decisions(materiality=5000.01)},
        "C is worth 5,000 more than A, less than 5,000",
    ),
    (
        "unstable_context",
        {"series": ending(0.98, 0.95)},
        f"{METRIC} signals in its last 3",
    ),
    (
        "inconsistent_assumptions",
        {"scores": with_value("B", policy_version="2025.09")},
        "policy_version: A 2026.01, B 2025.09, C 2026.01",
    ),
    (
        "inconsistent_assumptions",
        {"scores": with_value("B", as_of=dt.date(2026, 3, 31))},
        "as_of: A 2026-06-30, B 2026-03-31, C 2026-06-30",
    ),
    (
        "inconsistent_assumptions",
        {"scores": with_value("B", currency="EUR")},
        "currency: A USD, B EUR, C USD",
    ),
    (
        "inconsistent_assumptions",
        {"decision": decisions(horizon_months=12)},
        "horizon_months: 24, not 12",
    ),
    ("inconsistent_assumptions", {"scores": scores().iloc[:0]}, "no option has a"),
    ("books_open", {"books": books(False)}, "ledger: 12.00 apart"),
]


@pytest.mark.parametrize(("check", "changes", "rows"), FAILURES)
def test_each_way_to_fail_names_its_rows(
    check: str, changes: dict[str, object], rows: str
) -> None:
    table = checked(**changes)
    assert table.loc[check, "state"] == "failed"
    assert table.loc[check, "failing_rows"].startswith(rows)
    assert table.loc[check, "supplied_by"] and table.loc[check, "supply_by"] > AS_OF
    assert set(table["verdict"]) == {"not_ready"}
    others = table.drop(index=check)["state"]
    if len(changes.get("scores", scores())) == 3:
        assert set(others) == {"passed"}


@pytest.mark.parametrize(
    ("check", "changes", "rows"),
    [
        ("books_open", {"books": None}, "the books were not checked"),
        ("books_open", {"books": books(None)}, "ledger: 12.00 apart"),
        ("no_evidence", {"assumptions": open_uplift("uplift")}, "uplift is open"),
        ("unstable_context", {"series": series(calm(11))}, f"{METRIC} has 11 months"),
        (
            "no_choice",
            {"scores": scores().assign(value_mean=[-9_000.0, -6_000.0, -1.0])},
            "every option is worth less than spending nothing, the best, C, by 1: none "
            "spends less",
        ),
        (
            "no_choice",
            {"decision": decisions(materiality=3000.01)},
            "C is worth 3,000 more than B, less than 3,000",
        ),
    ],
)
def test_what_is_open_but_not_decisive_is_a_condition(
    check: str, changes: dict[str, object], rows: str
) -> None:
    table = checked(**changes)
    assert table.loc[check, ["state", "failing_rows"]].tolist() == ["condition", rows]
    assert set(table["verdict"]) == {"ready_with_conditions"}


def test_limits_are_reached_and_not_passed() -> None:
    assert set(checked(decisions(materiality=3000.0))["state"]) == {"passed"}
    most = checked(decisions(materiality=5000.0))
    assert most.loc["no_choice", "state"] == "condition"
    assert set(checked(assumptions=with_score(0.5))["state"]) == {"passed"}
    assert set(checked(series=series(calm(12)))["state"]) == {"passed"}


def test_who_is_missing_is_asked_of_the_escalation() -> None:
    table = checked(decisions(owner_user_id="U9"))
    assert table.loc["no_owner", "supplied_by"] == "U3"
    assert table.loc["no_owner", "supply_by"] == AS_OF + dt.timedelta(days=7)


def test_a_signal_older_than_the_last_points_is_past() -> None:
    assert checked(series=ending(0.9, 0.985, 0.975, 0.985)).loc[
        "unstable_context", "state"
    ] == ("passed")


def test_what_is_asked_later_says_so_and_nothing_else() -> None:
    tomorrow = AS_OF + dt.timedelta(days=1)
    found = checked(decisions(asked_on=tomorrow))
    assert list(found.index) == ["not_asked"]
    row = found.loc["not_asked"]
    assert (row["state"], row["verdict"]) == ("not_asked", "not_asked")
    said = f"asked for on {tomorrow}, after the as-of date {AS_OF}"
    assert row["failing_rows"] == said
    assert pd.isna(row["supplied_by"]) and pd.isna(row["supply_by"])


def test_scores_are_stamped_with_the_horizon_they_were_valued_under() -> None:
    horizon = assumptions().iloc[:1].assign(parameter="horizon_months", estimate=12)
    bare = scores().drop(
        columns=["as_of", "policy_version", "horizon_months", "currency"]
    )
    table = stamped(bare, horizon, AS_OF, "2026.01", "USD")
    found = checked(scores=table).loc["inconsistent_assumptions", "failing_rows"]
    assert found == "horizon_months: 12, not 24"
