"""The record: what it says, when a version is added, and that the past stays."""

import datetime as dt

import pandas as pd
import pytest

from decisions.contracts import contracts
from decisions.readiness import readiness
from decisions.record import RECORD, altered, records, rendered, stamps
from decisions.record_text import FIELDS
from tests.python.decision_rows import (
    AS_OF,
    STAMPS,
    assumptions,
    balances,
    decisions,
    evidence,
    limits,
    scores,
    seed,
    sources,
)

NONE = pd.DataFrame(columns=RECORD)


def written(
    previous: pd.DataFrame = NONE,
    decision: pd.DataFrame | None = None,
    as_of: dt.date = AS_OF,
    **changes: object,
) -> pd.DataFrame:
    asked = decisions() if decision is None else decision
    checks = readiness(
        asked, seed("readiness_checks"), evidence(), limits(), AS_OF
    ).assign(as_of=as_of)
    return records(asked, sources(checks, **changes), as_of, previous)


@pytest.fixture(scope="module")
def first() -> pd.DataFrame:
    return written()


def test_the_record_has_its_contract_and_all_twelve_fields(first: pd.DataFrame) -> None:
    assert list(contracts()["decision_record"].types) == RECORD
    row = first.iloc[0]
    assert row["verdict"] == "ready" and row["recommended_option"] == "C"
    assert len(FIELDS) == 12 and row[list(FIELDS)].notna().all()
    assert row["version"] == 1 and row["what_changed"] == "first version"


def test_facts_assumptions_and_open_questions_stand_apart_with_grades() -> None:
    known = assumptions()
    known.loc[2, ["kind", "estimate", "evidence_grade"]] = ["open_question", None, None]
    row = written(assumptions=known).iloc[0]
    assert row["facts"] == (
        "cac_expansion 0.500 (0.400 to 0.600) cost per ARR, grade A, n 80, "
        "marts.deals, finance, good until 2026-12-31"
    )
    assert row["assumptions"].startswith("gross_margin 0.800 rate, grade C")
    assert row["open_questions"].startswith("uplift: grade none")
    # Options follow from all that matters: they are as good as the weakest of it.
    assert "score 0.70, grade none" in row["options"]


def test_it_says_what_would_change_our_mind(first: pd.DataFrame) -> None:
    row = first.iloc[0]
    assert row["key_assumptions"].splitlines()[0] == (
        "cac_expansion, grade A: moves the answer by 6,000 USD, knowing it is worth "
        "900 USD"
    )
    assert row["what_would_change_our_mind"] == (
        "cac_expansion: expansion wins below 0.900, now 0.500 (grade A); "
        "2% likely to be beyond"
    )
    assert row["stop_conditions"] == "cost above 0.9"
    assert row["escalation"] == "Cyd"
    assert row["trade_off"] == (
        "C against B: 3,000 USD better on average, 3,500 USD worse in a bad case, "
        "1,900 USD worse to go back"
    )
    assert "median 91% (A survey 2024, not read first-hand)" in row["success_metrics"]
    for page in (row["markdown"], row["html"]):
        assert "Redesign: 90% of the budget to expansion" in page
        assert len(page.splitlines()) < 200


def test_not_ready_recommends_nothing_and_says_who_supplies_what() -> None:
    row = written(decision=decisions(owner_user_id="U9")).iloc[0]
    assert row["verdict"] == "not_ready"
    silent = ["recommended_option", "recommendation", "scenario_ranges", "trade_off"]
    silent += ["risks_and_mitigations", "stop_conditions", "what_would_change_our_mind"]
    assert row[silent].isna().all()
    assert (
        "| no owner (failed) | owner U9 is not here | Cyd | 2026-07-07 |"
        in (row["markdown"])
    )
    assert "<td>owner U9 is not here</td><td>Cyd</td>" in row["html"]
    for page in (row["markdown"], row["html"]):
        assert "No recommendation is given" in page
        assert "15,000" not in page and "Recommendation" not in page


def test_the_page_is_escaped() -> None:
    row = written(decision=decisions(question="Is A < B & C?")).iloc[0]
    assert "Is A &lt; B &amp; C?" in row["html"]
    assert "Is A < B & C?" in row["markdown"]


def test_the_same_inputs_add_nothing(first: pd.DataFrame) -> None:
    assert written(first).empty
    later = AS_OF + dt.timedelta(days=1)
    assert written(first, as_of=later).empty
    # Another estimate that leads to the same answer is for triggers to watch.
    assert written(first, assumptions=assumptions().assign(estimate=0.51)).empty


def other_best() -> pd.DataFrame:
    return scores().assign(rank=[3, 1, 2])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"scores": other_best()}, "recommended option: C -> B"),
        ({"decision": decisions(materiality=2000.0)}, "materiality: 1000.0 -> 2000.0"),
        (
            {"decision": decisions(owner_user_id="U9")},
            "verdict: ready -> not_ready; recommended option: C -> none; "
            "owner user id: U1 -> U9; failed: no_owner",
        ),
        ({"stamps": STAMPS | {"hierarchy": "i"}}, "hierarchy changed"),
        (
            {"balances": balances(closing_arr=[901_000.0, 1e6])},
            "ARR of 2026-05 restated: 900,000.00 -> 901,000.00",
        ),
    ],
)
def test_another_conclusion_adds_a_version_that_names_what_changed(
    first: pd.DataFrame, changes: dict[str, object], told: str
) -> None:
    second = written(first, **changes)
    assert second["version"].tolist() == [2]
    assert second["what_changed"].tolist() == [told]
    both = pd.concat([first, second], ignore_index=True)
    assert written(both, **changes).empty
    assert written(both)["version"].tolist() == [3]
    assert written(both, as_of=AS_OF - dt.timedelta(days=1)).empty


def test_less_than_what_matters_is_no_restatement(first: pd.DataFrame) -> None:
    assert written(first, balances=balances(closing_arr=[900_999.0, 1e6])).empty


def test_a_past_record_is_made_again_from_its_inputs_to_the_byte(
    first: pd.DataFrame,
) -> None:
    row = first.iloc[0]
    again = rendered(row["inputs"], 1, row["what_changed"], row["renderer"])
    for name in ("markdown", "html", "content_hash"):
        assert again[name].encode() == row[name].encode()
    assert altered(first) == []
    better = row["inputs"].replace('"value_mean":15000.0', '"value_mean":99000.0')
    assert better != row["inputs"]
    assert altered(first.assign(inputs=better)) == ["DEC version 1"]
    assert altered(first.assign(recommended_option="A")) == ["DEC version 1"]


def test_inputs_do_not_hang_on_the_order_of_rows(first: pd.DataFrame) -> None:
    shuffled = written(
        assumptions=assumptions().iloc[::-1], scores=scores().iloc[[1, 2, 0]]
    )
    assert shuffled["content_hash"].tolist() == first["content_hash"].tolist()


def test_stamps_change_with_definitions_and_hierarchy_and_nothing_else() -> None:
    meaning = pd.DataFrame({"metric_id": ["arr"], "definition": ["What recurs"]})
    tree = pd.DataFrame({"account_id": ["A", "B"], "ultimate_account_id": ["A", "A"]})
    base = stamps("1", meaning, tree)
    newcomer = pd.DataFrame({"account_id": ["C"], "ultimate_account_id": ["C"]})
    assert stamps("1", meaning, pd.concat([newcomer, tree])) == base
    moved = stamps("1", meaning, tree.assign(ultimate_account_id=["A", "B"]))
    assert moved["hierarchy"] != base["hierarchy"]
    reworded = stamps("1", meaning.assign(definition="What comes again"), tree)
    assert reworded["definitions"] != base["definitions"]
