"""Chances to expand: what they learn from, how they are judged, where they lead."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decisions import evaluation, outreach, propensity
from decisions.contracts import Contract, contracts
from decisions.propensity import BASELINE, FEATURES, LOGISTIC, Rules
from orchestration.defs.decisions import (
    every_customer_is_scored,
    propensity_evaluation,
    propensity_scores,
)
from orchestration.warehouse import frame
from orchestration.warehouse import replace as write

RULES = Rules(
    outcome_months=6,
    least_training_cases=100,
    least_training_expansions=10,
    backtest_least_fires=10,
    regularisation_strength=10,
    top_share_rate=0.1,
    reliability_bins=5,
    bootstrap_draws=200,
    confidence_rate=0.95,
)
LAST = 2025 * 12 + 12


def company(
    told_by: dict[str, float], fires: float = 0.0, n_quarters: int = 9, seed: int = 1
) -> pd.DataFrame:
    """The features of 80 accounts at quarters' ends, up to December 2025.

    The log odds of expanding are -2, plus each feature times its weight, plus `fires`
    where the signal `alarm` fired, which a fifth of the cases do.
    """
    rng = np.random.default_rng(seed)
    months = [LAST - 3 * back for back in range(n_quarters)][::-1]
    keys = [(f"ACC-{n:03d}", month) for n in range(80) for month in months]
    table = pd.DataFrame(keys, columns=["account_id", "month"])
    starts = {
        month: dt.date((month - 1) // 12, month % 12 or 12, 1) for month in months
    }
    table["month_start"] = table.pop("month").map(starts)
    table["segment"] = rng.choice(["large", "small"], len(table))
    for name in FEATURES:
        table[name] = rng.normal(size=len(table)).round(6)
    table["bearing_arr"] = rng.integers(1_000, 90_000, len(table)).astype(float)
    has_fired = rng.random(len(table)) < 0.2
    odds = -2 + fires * has_fired
    odds += sum(table[name] * weight for name, weight in told_by.items())
    table["is_expanded"] = rng.random(len(table)) < 1 / (1 + np.exp(-odds))
    table["is_last_month"] = table["month_start"] == table["month_start"].max()
    table["fired_signals"] = pd.Series(has_fired).map({True: "alarm", False: None})
    return known_at(table, LAST)


def known_at(features: pd.DataFrame, month: int) -> pd.DataFrame:
    """What the mart would hold at a month: no later rows, no later outcomes."""
    months = propensity.month_numbers(features["month_start"])
    known = features[months <= month].copy()
    is_mature = months[months <= month] + RULES.outcome_months <= month
    known["is_expanded"] = known["is_expanded"].astype(object).where(is_mature, None)
    return known


def judged(features: pd.DataFrame) -> pd.DataFrame:
    return evaluation.evaluated(propensity.known_cases(features), LAST, RULES)


def value(table: pd.DataFrame, model: str, measure: str) -> pd.Series:
    rows = table.set_index(["model", "measure", "bin"])
    return rows.loc[(model, measure, 0)]


MANY_REASONS = {"seat_utilisation_rate": 1.5, "breadth_change": -1.5, "n_products": 1.0}


def test_training_ends_a_horizon_before_the_test_and_grows() -> None:
    cases = propensity.known_cases(company({}))
    splits = list(propensity.splits(cases, LAST, RULES))
    months = [int(test["month"].iloc[0]) for _, test in splits]
    assert months == [LAST - 15, LAST - 12, LAST - 9, LAST - 6]
    for (training, _), month in zip(splits, months, strict=True):
        assert training["month"].max() == month - RULES.outcome_months
        assert training["month"].min() == cases["month"].min()


@settings(max_examples=8, derandomize=True, database=None)
@given(
    seed=st.integers(0, 1000),
    back=st.sampled_from([3, 6]),
    fires=st.sampled_from([0.0, 2.0]),
    method=st.sampled_from([LOGISTIC, BASELINE]),
)
def test_what_comes_later_changes_no_score(
    seed: int, back: int, fires: float, method: str
) -> None:
    month = LAST - back
    features = company(MANY_REASONS, fires, seed=seed)
    then = known_at(features, month).sample(frac=1, random_state=seed)
    few = replace(RULES, bootstrap_draws=20)
    tables = []
    for known in (features, then):
        cases = propensity.known_cases(known)
        scores = propensity.scored(cases, month, method, few)
        assert scores["chance"].between(0, 1).all()
        tables.append((scores, evaluation.evaluated(cases, month, few)))
    for now, before in zip(*tables, strict=True):
        pd.testing.assert_frame_equal(now, before, check_exact=False, rtol=1e-9)


def test_a_model_that_beats_the_best_signal_is_used() -> None:
    table = judged(company(MANY_REASONS, fires=0.3))
    assert evaluation.used_model(table) == LOGISTIC
    gain = value(table, LOGISTIC, "lift_over_baseline")
    assert 0 < gain["low"] < gain["value"] < gain["high"]
    assert f"{gain['value']:+.2f} ({gain['low']:+.2f}" in gain["statement"]
    assert value(table, LOGISTIC, "brier")["value"] < 0.13
    assert (
        value(table, LOGISTIC, "pr_auc")["value"]
        > 2 * (value(table, LOGISTIC, "base_rate")["value"])
    )
    bins = table[(table["model"] == LOGISTIC) & (table["bin"] > 0)]
    observed = bins[bins["measure"] == "observed_rate"]
    assert observed["bin"].tolist() == [1, 2, 3, 4, 5]
    assert observed["value"].iloc[-1] > 0.5 > 0.1 > observed["value"].iloc[0]


@pytest.mark.parametrize(("told_by", "fires"), [({}, 0.0), ({}, 2.5)])
def test_a_model_that_knows_no_more_than_a_signal_is_not_used(
    told_by: dict[str, float], fires: float
) -> None:
    features = company(told_by, fires)
    table = judged(features)
    assert evaluation.used_model(table) == BASELINE
    assert "The logistic model is not used" in set(table["statement"].str[:30])
    cases = propensity.known_cases(features)
    scores = propensity.scored(cases, LAST, BASELINE, RULES)
    assert scores["chance"].nunique() <= 2
    assert set(scores["method"]) == {BASELINE}
    if fires:
        assert scores["reasons"].str.contains("alarm has ").all()


@pytest.mark.parametrize(
    "change",
    [
        {"n_quarters": 3},
        {"told_by": {"bearing_arr": -1.0}},
    ],
    ids=["few quarters", "one class"],
)
def test_too_few_data_give_a_sentence_and_no_scores(change: dict[str, Any]) -> None:
    table = judged(company(**({"told_by": {}} | change)))
    assert table["statement"].str.startswith("No model: ").tolist() == [True]
    assert evaluation.used_model(table) is None


def test_no_data_give_a_sentence_and_no_scores() -> None:
    features = company({}).iloc[:0]
    cases = propensity.known_cases(features)
    month = propensity.last_month(features)
    table = evaluation.evaluated(cases, month, RULES)
    assert table["n"].tolist() == [0]
    assert propensity.scored(cases, month, None, RULES).empty


def test_what_is_unknown_is_a_reason_of_its_own() -> None:
    features = company({})
    is_unknown = np.arange(len(features)) % 2 == 0
    features["health_score"] = features["health_score"].mask(is_unknown)
    features["stickiness_rate"] = np.nan
    is_known = features["is_expanded"].notna()
    features["is_expanded"] = pd.Series(is_unknown, dtype=object).where(is_known, None)
    cases = propensity.known_cases(features)
    scores = propensity.scored(cases, LAST, LOGISTIC, RULES)
    is_raised = scores["reasons"].str.contains("health unknown (raises", regex=False)
    assert is_raised.tolist() == cases["health_score"].isna()[
        cases["month"] == LAST
    ].tolist()  # fmt: skip
    assert not scores["reasons"].str.contains("on a day").any()


def test_top_lift_takes_equal_chances_in_equal_parts() -> None:
    """Of ten cases the top two are one that expanded and halves of two others."""
    test = pd.DataFrame(
        {
            "month": 1,
            "chance": [0.9, 0.5, 0.5, *[0.1] * 7],
            "is_expanded": [1.0, 1.0, 0.0, 1.0, *[0.0] * 6],
        }
    )
    rules = replace(RULES, top_share_rate=0.2)
    weights = np.column_stack([np.ones(10), [0, *[1] * 9]])
    # (1 + 1/2) of 2 over 3 of 10; without the first, 1.8 of 9: half of those, over 2/9.
    lifts = evaluation._top_lifts(test, weights, rules)
    assert lifts == pytest.approx([0.75 / 0.3, 0.5 / (2 / 9)])


def test_the_best_signal_is_the_one_whose_top_share_expanded_most() -> None:
    cases = pd.DataFrame(
        {
            "is_expanded": [1.0] * 30 + [0.0] * 170,
            "fired: rare": [1.0] * 9 + [0.0] * 191,
            "fired: good": [0.0] * 10 + [1.0] * 20 + [0.0] * 160 + [1.0] * 10,
            "fired: wide": [1.0] * 30 + [1.0] * 90 + [0.0] * 80,
        }
    )
    rule = propensity.fitted_signal(cases, RULES)
    assert (rule.signal, rule.chance_fired) == ("good", pytest.approx(20 / 30))
    assert rule.chance_quiet == pytest.approx(10 / 170)
    idle = cases.assign(**dict.fromkeys(cases.filter(like="fired"), 0.0))
    assert propensity.fitted_signal(idle, RULES).signal is None


@pytest.mark.parametrize("fired", [None, "s1"])
def test_signals_that_fired_for_nobody_or_everybody_tell_nothing(
    fired: str | None,
) -> None:
    features = company(MANY_REASONS).assign(fired_signals=fired)
    cases = propensity.known_cases(features)
    assert (propensity.FIRED in cases.columns) is False
    rule = propensity.fitted_signal(cases.dropna(subset="is_expanded"), RULES)
    assert rule.signal is None
    assert rule.chance_quiet == pytest.approx(cases["is_expanded"].mean())


def queue_row(
    account: str, play: str, priority: float | None, **other: Any
) -> dict[str, Any]:
    return {
        "account_id": account,
        "play": play,
        "signal": "alarm",
        "act_from": dt.date(2026, 1, 1),
        "act_until": dt.date(2026, 1, 31),
        "play_verdict": "works",
        "priority": priority,
        "not_ranked_because": None,
        "product_id": "PRD-1",
        "owner_name": "Ada",
    } | other


HELD_OUT: dict[str, Any] = {"priority": None, "not_ranked_because": "held out"}
QUEUE = pd.DataFrame(
    [
        queue_row("alder", "upsell", 2),
        queue_row("alder", "seats", 1),
        queue_row("birch", "seats", **HELD_OUT),
        queue_row("cedar", "seats", 3),
        queue_row("elm", "seats", 4, owner_name=None),
        queue_row("fir", "upsell", 9),
        queue_row("fir", "seats", **HELD_OUT),
    ]
)
SCORES = pd.DataFrame(
    {
        "account_id": ["alder", "birch", "cedar", "dogwood", "elm", "fir"],
        "month_start": dt.date(2025, 12, 1),
        "chance": [0.4, 0.5, 0.9, 0.4, 0.3, 0.2],
        "method": LOGISTIC,
        "reasons": "ARR 1,000 (raises the chance)",
    }
)


def test_a_score_leads_to_the_first_play_that_may_be_offered() -> None:
    risks = pd.DataFrame({"account_id": ["cedar"]})
    table = outreach.offered(SCORES, QUEUE, risks).set_index("account_id")
    plays = table["play"].astype(object).where(table["play"].notna(), None)
    assert plays.tolist() == ["seats", None, None, None, "seats", "upsell"]
    assert table["not_offered_because"].tolist() == [
        *(None, "held out", outreach.CHURN_RISK, outreach.NOT_READY, None, None)
    ]
    assert table.loc["cedar", "chance"] == 0.9
    ranks = table["rank"].astype(object).where(table["rank"].notna(), None)
    assert ranks.tolist() == [2, 1, None, 2, 4, 5]


def test_a_draft_is_filled_with_the_accounts_own_or_not_written() -> None:
    offers = outreach.offered(SCORES, QUEUE, pd.DataFrame({"account_id": ["cedar"]}))
    templates = pd.DataFrame(
        [("seats", "For {account_name}", "{opening}: more. {owner_name}")],
        columns=["play", "subject", "body"],
    )
    openings = pd.DataFrame(
        {"signal": ["alarm"], "opening": ["{value:.0%} of {product} is in use"]}
    )
    signals = SCORES[["account_id", "month_start"]].assign(
        signal="alarm", value=Decimal("0.92")
    )
    accounts = pd.DataFrame({"account_id": SCORES["account_id"], "account_name": "A/S"})
    products = pd.DataFrame({"product_id": ["PRD-1"], "product_name": ["Platform"]})
    known = (templates, openings, signals, accounts, products)
    table = outreach.drafted(offers, *known)
    written = table[table["outreach_body"].notna()]
    assert written["account_id"].tolist() == ["alder"]
    assert written["outreach_subject"].tolist() == ["For A/S"]
    assert written["outreach_body"].tolist() == ["92% of Platform is in use: more. Ada"]
    assert set(table) == set(contracts()["propensity_scores"].types)
    # Of a signal that is not for the customer's ears nothing is written.
    silent = outreach.drafted(offers, templates, openings.iloc[:0], *known[2:])
    assert silent["outreach_body"].isna().all()


class Beside:
    """A warehouse that reads a company and keeps what is decided beside it."""

    def __init__(
        self, company: duckdb.DuckDBPyConnection, marts_are_empty: bool = False
    ) -> None:
        self.company = company
        self.decided = duckdb.connect()
        self.marts_are_empty = marts_are_empty

    def read(self, table: str) -> pd.DataFrame:
        is_decided = table.startswith("decisions.")
        rows = frame(self.decided if is_decided else self.company, table)
        is_empty = self.marts_are_empty and table.startswith("marts.")
        return rows.iloc[:0] if is_empty else rows

    def write(self, table: str, rows: pd.DataFrame, contract: Contract) -> None:
        write(self.decided, table, rows, contract)


def decided(warehouse: Beside) -> Beside:
    """The warehouse once every asset has been written, and checked."""
    propensity_evaluation(warehouse=warehouse)
    propensity_scores(warehouse=warehouse)
    assert every_customer_is_scored(warehouse=warehouse).passed
    return warehouse


def test_a_company_without_customers_has_no_scores(
    demo: duckdb.DuckDBPyConnection,
) -> None:
    warehouse = decided(Beside(demo, marts_are_empty=True))
    assert warehouse.read("decisions.propensity_scores").empty
    [statement] = warehouse.read("decisions.propensity_evaluation")["statement"]
    assert statement.startswith("No model: 0 account-quarters")


def test_the_demo_is_scored_and_twice_alike(demo: duckdb.DuckDBPyConnection) -> None:
    runs = [decided(Beside(demo)), decided(Beside(demo))]
    for table in ("decisions.propensity_evaluation", "decisions.propensity_scores"):
        pd.testing.assert_frame_equal(*(run.read(table) for run in runs))
    found = runs[0].read("decisions.propensity_evaluation")
    gain = value(found, LOGISTIC, "lift_over_baseline")
    assert gain["is_used"] == (gain["low"] > 0)
    scores = runs[0].read("decisions.propensity_scores")
    has_play = scores["play"].notna()
    assert has_play.any()
    assert (scores["not_offered_because"].isna() == has_play).all()
    drafts = scores["outreach_body"].dropna()
    assert len(drafts) > 0 and not drafts.str.contains(r"{|PRD-|SUB-|health|nps").any()
