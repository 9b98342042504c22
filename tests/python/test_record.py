"""The record: what it says, when a version is added, and that the past stays."""

import datetime as dt
import re

import numpy as np
import pandas as pd
import pytest

from decisions.contracts import contracts
from decisions.readiness import Evidence, readiness
from decisions.record import RECORD, altered, records, rendered, stamps
from decisions.record_text import FIELDS, N_NEAREST
from decisions.value_model import NAMES
from tests.python.decision_rows import (
    AS_OF,
    STAMPS,
    assumptions,
    balances,
    books,
    decisions,
    evidence,
    information,
    limits,
    rules,
    scores,
    seed,
    sources,
    thresholds,
)

NONE = pd.DataFrame(columns=RECORD)


def written(
    previous: pd.DataFrame = NONE,
    decision: pd.DataFrame | None = None,
    as_of: dt.date = AS_OF,
    checked_on: Evidence | None = None,
    **changes: object,
) -> pd.DataFrame:
    asked = decisions() if decision is None else decision
    checks = readiness(
        asked, seed("readiness_checks"), checked_on or evidence(), limits(), AS_OF
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
    places = [row["markdown"].index(f"**{heading}**") for heading in FIELDS.values()]
    assert places == sorted(places)
    assert row["version"] == 1 and row["what_changed"] == "first record"


def test_facts_assumptions_and_open_questions_stand_apart_with_grades() -> None:
    known = assumptions()
    known.loc[2, ["kind", "estimate", "evidence_grade"]] = ["open_question", None, None]
    row = written(assumptions=known).iloc[0]
    assert row["facts"] == (
        "cost of expansion 0.500 per ARR (0.400 to 0.600) [A], cac_expansion, n 80, "
        "marts.deals, finance, good until 2026-12-31"
    )
    assert row["assumptions"].startswith("gross margin 80.0% [C], gross_margin, ")
    assert row["open_questions"].startswith("uplift [?], uplift, ")


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("budget_movable_rate", 0.2, ", 20% of what is spent can move, decided not"),
        ("new_logo_cap_factor", 1.5, ", 1.5 times what was won in the last year, dec"),
        (None, None, " (0.400 to 0.600) [A]"),
    ],
)
def test_what_of_a_number_was_decided_stands_in_its_line(
    key: str | None, value: float | None, told: str
) -> None:
    known = assumptions().assign(policy_key=key, policy_value=value)
    assert told in written(assumptions=known).iloc[0]["facts"]


def test_what_is_computed_has_the_grade_of_its_weakest_key_assumption() -> None:
    """Nine tenths of what knowing is worth lie in one parameter: it alone is key."""
    page = written().iloc[0]["markdown"]
    assert "weakest of its key assumptions: cost of expansion [A]." in page
    worth = information().assign(evppi=[500.0, 400.0, 0.0])
    row = written(information=worth).iloc[0]
    assert "weakest of its key assumptions: uplift [D]." in row["markdown"]
    assert row["options"].count("[D]") == 3 and "[A]" not in row["options"]
    # Where nothing is worth knowing, the key is what moves the answer.
    row = written(information=worth.assign(evppi=0.0)).iloc[0]
    assert row["key_assumptions"].startswith("cost of expansion: moves the answer")


VALUED = ("success_metrics", "key_assumptions", "options", "scenario_ranges")
VALUED += ("trade_off", "risks_and_mitigations", "what_would_change_our_mind")
VALUED += ("stop_conditions", "recommendation", "decision_criteria")


@pytest.mark.parametrize("field", VALUED)
def test_a_grade_stands_beside_every_number(first: pd.DataFrame, field: str) -> None:
    for line in first.iloc[0][field].splitlines():
        assert re.search(r"\[[A-D?]\]", line) or not re.search(r"\d", line), line


def test_a_grade_stands_beside_the_numbers_of_what_is_missing() -> None:
    tie = evidence(books=books(None))
    row = written(decision=decisions(materiality=4000.0), checked_on=tie).iloc[0]
    told = ["C is worth 3,000 more than B, less than 4,000", "ledger: 12.00 apart"]
    for text in told:
        assert f"| {text} [A] |" in row["markdown"]
        assert f"on condition: {text} [A]" in row["recommendation"]


def test_every_parameter_is_said_to_flip_the_answer_or_not_to() -> None:
    names = [*NAMES]
    known = pd.DataFrame([assumptions().iloc[2]] * len(names)).assign(parameter=names)
    flips = pd.DataFrame([thresholds().iloc[0]] * len(names)).assign(
        parameter=names,
        flip_value=[None, *[0.9] * (len(names) - 1)],
        probability_beyond_flip=np.linspace(0.005, 0.995, len(names)),
    )
    row = written(assumptions=known, thresholds=flips).iloc[0]
    lines = row["what_would_change_our_mind"].splitlines()
    assert len(lines) == N_NEAREST + 2
    told = row["what_would_change_our_mind"]
    assert all(told.count(name) == 1 for name in NAMES.values() if name != "uplift")
    assert lines[-1] == f"at no value tried: {NAMES[names[0]]}"
    # What policy multiplies is told in full, with what policy would have to be.
    decided = known.assign(policy_key="budget_movable_rate", policy_value=0.2)
    row = written(assumptions=decided, thresholds=flips).iloc[0]
    lines = row["what_would_change_our_mind"].splitlines()
    assert len(lines) == len(names)
    assert (
        "below 90.0% (36% of what is spent can move), now 50.0% (20% of what is"
        in (row["what_would_change_our_mind"])
    )
    # Of key assumptions each is told in full.
    flips["flip_value"] = 0.9
    row = written(assumptions=known, thresholds=flips).iloc[0]
    assert (
        f"\n{NAMES['cac_expansion']}: expansion wins"
        in (row["what_would_change_our_mind"])
    )


def test_it_says_what_would_change_our_mind(first: pd.DataFrame) -> None:
    row = first.iloc[0]
    assert row["key_assumptions"] == (
        "cost of expansion: moves the answer by 6,000 USD, knowing it is worth 900 USD "
        "[A]"
    )
    assert row["what_would_change_our_mind"].splitlines() == [
        "cost of expansion: expansion wins below 0.900, now 0.500, 2% likely to be "
        "beyond [A]",
        "at no value tried: uplift",
    ]
    assert row["stop_conditions"] == "cost above 0.9 [A]"
    assert row["escalation"] == "Cyd"
    assert row["trade_off"].splitlines() == [
        "C against B: 3,000 USD better on average, 3,500 USD worse in a bad case, "
        "1,900 USD worse to undo [A]",
        "B is worth as much as C only if C had to be undone with a chance of 63%; C is "
        "worth less than today's mix in 10% of cases [A]",
    ]
    assert row["success_metrics"].endswith("Now 93.0% [A] of 900,000")
    for page in (row["markdown"], row["html"]):
        assert "Gross retention: 93.0% [A]; median 91% [D]" in page
        assert "A survey 2024, not read first-hand; ours 93.0% [A]" in page
        assert "C Redesign: 90% of the budget that can move to expansion" in page


def test_criteria_say_what_decides_and_what_would_turn_it(first: pd.DataFrame) -> None:
    row = first.iloc[0]
    assert row["decision_criteria"].splitlines() == [
        "score in USD = 1 x value, the weights decided [?]",
        "C 15,000, B 12,000, A 10,000 [A]",
        "B first if Value weighs 0.5 or less [A]",
    ]
    assert row["recommendation"].splitlines()[1] == (
        "what the pilot B would show is worth 500 USD, waiting for it costs 3,500 USD, "
        "so it does not pay [A]"
    )
    sure = scores().assign(break_even_reversal_rate=1.2)
    assert (
        "not even if C surely had to be undone"
        in (written(scores=sure).iloc[0]["trade_off"])
    )


def test_it_says_when_the_best_two_are_nearer_than_what_matters() -> None:
    row = written(decision=decisions(materiality=4000.0)).iloc[0]
    assert (
        row["trade_off"]
        .splitlines()[0]
        .endswith(
            "1,900 USD worse to undo, on average less than the 4,000 that matter [A]"
        )
    )
    assert row["verdict"] == "ready_with_conditions"
    assert (
        "on condition: C is worth 3,000 more than B, less than 4,000"
        in (row["recommendation"])
    )


def test_nobody_is_said_to_have_approved(first: pd.DataFrame) -> None:
    for page in (first.iloc[0]["markdown"], first.iloc[0]["html"]):
        assert page.count("to be approved by Ben") == 4
        assert page.count("approved by") == 4


def test_it_says_when_no_parameter_flips_the_answer() -> None:
    flat = thresholds().assign(flip_value=None)
    assert written(thresholds=flat).iloc[0]["what_would_change_our_mind"] == (
        "no parameter flips the answer, each followed from a quarter to four times of "
        "what we assume and as far as its draws reach: expansion wins throughout [A]"
    )


def test_it_says_when_spending_nothing_is_better_than_every_option() -> None:
    lost = scores().assign(
        value_mean=[-9_000.0, -6_000.0, -2_000.0], probability_pays=[0.0, 0.01, 0.04]
    )
    row = written(scores=lost, checked_on=evidence(scores=lost)).iloc[0]
    told = (
        "every option is worth less than spending nothing within 24 months: the best, "
        "C, loses 2,000 USD and pays in 4% of cases [A]"
    )
    assert told in row["recommendation"] and row["html"].count(told) == 2
    assert row["verdict"] == "ready_with_conditions"
    assert "none spends less" in row["recommendation"]
    assert "spending nothing" not in written().iloc[0]["markdown"]


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"parameter": "cac_expansion"}, "watched by T1"),
        ({}, "watched by no trigger: none is set on it"),
        ({"rule": "evidence_expired"}, "decided, not seen: T1 asks when it is too old"),
    ],
)
def test_each_risk_says_who_watches_it_or_why_nobody_does(
    rule: dict[str, str], told: str
) -> None:
    known = assumptions().assign(source_table="policy.decision_parameters")
    if rule.get("rule") is None:
        known = assumptions()
    row = written(rules=rules(**rule), assumptions=known).iloc[0]
    lines = row["risks_and_mitigations"].splitlines()
    assert len(lines) == 2 and all(line.endswith(told) for line in lines)


def test_a_trigger_on_what_does_not_flip_is_said_to_be_idle() -> None:
    flat = thresholds().assign(flip_value=None)
    row = written(rules=rules(parameter="cac_expansion"), thresholds=flat).iloc[0]
    for line in row["risks_and_mitigations"].splitlines():
        assert line.endswith("watched by T1, no flip within its range")


def test_the_answer_names_the_motion_that_grows() -> None:
    today = assumptions().iloc[2].to_dict() | {
        "parameter": "share_expansion",
        "estimate": 0.4,
    }
    known = pd.concat([assumptions(), pd.DataFrame([today])], ignore_index=True)
    moved = scores().assign(share_expansion=[0.4, 0.5, 0.0])
    told = written(assumptions=known, scores=moved).iloc[0]["recommendation"]
    assert told.startswith(
        "C Redesign: all of the budget that can move to new logos, now 60% [A]"
    )


@pytest.mark.parametrize(
    ("chance", "told"), [(0.996, ">99%"), (0.004, "<1%"), (1, "100%")]
)
def test_what_is_nearly_sure_is_not_said_to_be_sure(chance: float, told: str) -> None:
    row = written(scores=scores().assign(probability_pays=chance)).iloc[0]
    assert row["options"].count(f"costs in {told} and") == 3


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (
            0.9,
            "expansion would spend 90,000 USD instead of 40,000, 2.2 times as much: "
            "its cost at that size was never seen [?], the answer holds below 0.900, "
            "now 0.500 [A]; watched by no trigger: none is set on it",
        ),
        (
            0.1,
            "new logos would spend 90,000 USD instead of 60,000, 1.5 times as much: "
            "its cost at that size was never seen [?], the answer holds at any that "
            "was tried; watched by no trigger: none is set on it",
        ),
    ],
)
def test_a_size_that_was_never_seen_is_a_risk(share: float, told: str) -> None:
    rows = [
        assumptions().iloc[2].to_dict() | {"parameter": name, "estimate": estimate}
        for name, estimate in (("budget", 100_000.0), ("share_expansion", 0.4))
    ]
    known = pd.concat([assumptions(), pd.DataFrame(rows)], ignore_index=True)
    moved = scores().assign(share_expansion=[0.4, 0.5, share])
    risks = written(assumptions=known, scores=moved).iloc[0]["risks_and_mitigations"]
    assert told in risks.splitlines()


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
