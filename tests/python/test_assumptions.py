"""What the value model stands on: estimates, their ranges, and what they are worth."""

import datetime as dt
from dataclasses import replace

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decisions import evidence
from decisions.assumptions import DRAWS, PARAMETERS, Inputs, assumptions
from decisions.contracts import contracts
from decisions.propensity import known_cases, last_month, rules, scored
from decisions.simulation import scenario_simulation
from decisions.thresholds import scenario_thresholds
from orchestration.settings import PROJECT
from orchestration.warehouse import frame
from orchestration.warehouse import replace as write

POLICY = pd.read_csv(PROJECT / "seeds/policy/decision_parameters.csv")
LIMITS = POLICY.set_index("parameter_key")["value"].to_dict()
AS_OF = dt.date(2025, 12, 31)
LAST = 2025 * 12 + 12


def month_start(month: int) -> dt.date:
    return dt.date((month - 1) // 12, (month - 1) % 12 + 1, 1)


def arr_rows(account: str, balances: dict[int, float]) -> list[dict]:
    """Closing ARR from each month on, to the last; 0 ends it."""
    months = sorted(balances)
    rows = []
    for begin, end in zip(months, [*months[1:], LAST + 1], strict=True):
        for month in range(begin, end if balances[begin] else begin + 1):
            rows.append((account, month_start(month), balances[begin], 0.0))
    return rows


def deal(
    account: str, kind: str, days: int, arr: float, is_won: bool, month: int = LAST
) -> tuple:
    return (account, kind, arr, month_start(month), is_won, days)


def sources(seen_on: dt.date = AS_OF, coverage: float = 1.0) -> pd.DataFrame:
    names = ["costs", "opportunities", "subscription_items"]
    return pd.DataFrame(
        {
            "source_id": names,
            "owner": "finance",
            "last_refreshed_on": seen_on,
            "coverage_rate": [np.nan, coverage, coverage],
        }
    )


def company(
    deals: list[tuple] = (),
    costs: list[tuple] = (),
    balances: dict[str, dict[int, float]] | None = None,
    segments: dict[str, str] | None = None,
    cases: list[tuple] = (),
    locked_grr: dict[tuple[str, str], float] | None = None,
) -> Inputs:
    """A company as of 31 December 2025; accounts are those with balances or deals."""
    balances = balances or {}
    names = sorted({*balances, *(row[0] for row in deals)})
    firsts = [month_start(min(balances[n])) if n in balances else None for n in names]
    arr = [row for n in balances for row in arr_rows(n, balances[n])]
    return Inputs(
        deals=pd.DataFrame(
            deals,
            columns=[
                *("account_id", "opportunity_type", "amount_arr", "closed_on"),
                *("is_won", "cycle_days"),
            ],
        ),
        costs=pd.DataFrame(costs, columns=["month_start", "motion", "cost"]),
        arr_months=pd.DataFrame(
            arr, columns=["account_id", "month_start", "closing_arr", "fx_arr"]
        ),
        retention_months=pd.DataFrame(
            [
                (*scope, "gross_revenue_retention_12m", month_start(LAST), value)
                for scope, value in (locked_grr or {}).items()
            ],
            columns=["scope_type", "scope_value", "metric_id", "month_start", "value"],
        ),
        accounts=pd.DataFrame(
            {
                "account_id": pd.Series(names, dtype=object),
                "segment": [(segments or {}).get(name, "small") for name in names],
                "first_arr_month": firsts,
            }
        ),
        features=pd.DataFrame(
            cases,
            columns=["account_id", "is_expanded", "closing_arr", "outcome_arr"],
        ),
        scores=pd.DataFrame(columns=["account_id", "chance"]),
        churn_risks=pd.DataFrame(columns=["account_id"]),
        sources=sources(),
        parameters=POLICY,
        metric_policy=pd.DataFrame(
            [{"as_of_date": AS_OF, "last_month": LAST, "reporting_currency": "USD"}]
        ),
        motion_policy=pd.DataFrame([{"outcome_months": 6}]),
    )


def with_policy(inputs: Inputs, **values: float) -> Inputs:
    parameters = inputs.parameters.copy()
    for name, value in values.items():
        parameters.loc[parameters["parameter_key"] == name, "value"] = value
    return replace(inputs, parameters=parameters)


def estimates(inputs: Inputs, scope: str = "company") -> pd.Series:
    table, _ = assumptions(inputs, 50)
    return table[table["scope_value"] == scope].set_index("parameter")["estimate"]


def test_cost_is_that_of_a_sales_cycle_before_and_goes_by_days_in_the_pipeline() -> (
    None
):
    """New deals take 60 days, two months: what was won in December cost 900 in October.

    Of 60 + 60 + 180 days 120 are small's: 360 of 900 for 200 won. Large won 100.
    """
    deals = [
        deal("a", "new", 60, 200, True),
        deal("b", "new", 60, 500, False),
        deal("c", "new", 60, 100, True),
        deal("c", "new", 120, 100, False),
    ]
    costs = [
        (month_start(LAST - 2), "new_logo", 600.0),
        (month_start(LAST - 2), "new_logo", 300.0),
        (month_start(LAST - 2), "retention", 5000.0),
    ]
    balances = {name: {LAST: 10.0} for name in "abc"}
    book = with_policy(
        company(deals, costs, balances, {"c": "large"}),
        scope_least_accounts=1,
        scope_least_deals=2,
        cost_window_months=12,
    )
    assert estimates(book)["cac_new"] == pytest.approx(900 / 300)
    assert estimates(book, "small")["cac_new"] == pytest.approx(360 / 200)
    assert estimates(book, "large")["cac_new"] == pytest.approx(540 / 100)
    assert estimates(book)["cycle_months_new"] == pytest.approx(60 / 30.4375)
    # The one month of the year with a cost is a mean month: 900 x 24 x 0.2.
    assert np.isnan(estimates(book)["budget"])
    both = replace(
        book,
        deals=pd.concat(
            [
                book.deals,
                company([deal("a", "expansion", 9, 50, True)]).deals,
            ]
        ),
        costs=pd.concat(
            [book.costs, company(costs=[(month_start(LAST), "expansion", 100.0)]).costs]
        ),
    )
    assert estimates(both)["budget"] == pytest.approx(1000 * 24 * 0.2)
    assert estimates(both)["share_expansion"] == pytest.approx(0.1)
    # 300 won in a year, over two years, half as much again.
    assert estimates(both)["new_logo_cap_arr"] == pytest.approx(300 * 2 * 1.5)


def test_what_was_won_in_a_month_without_a_cost_before_it_is_left_out() -> None:
    deals = [
        deal("a", "new", 60, 200, True, LAST - 23),
        deal("a", "new", 60, 100, True),
    ]
    costs = [(month_start(LAST - back), "new_logo", 10.0) for back in range(24)]
    assert estimates(company(deals, costs))["cac_new"] == pytest.approx(220 / 100)


def test_budget_is_that_of_the_last_year() -> None:
    """100 a month and motion in the last year, 900 before."""
    costs = [
        (month_start(LAST - back), motion, 100.0 if back < 12 else 900.0)
        for back in range(24)
        for motion in ("new_logo", "expansion")
    ]
    deals = [deal("a", kind, 9, 50, True) for kind in ("new", "expansion")]
    known = estimates(company(deals, costs))
    assert known["budget"] == pytest.approx(200 * 24 * 0.2)


def test_new_accounts_are_followed_for_a_year() -> None:
    """`b` grew by half, `c` left: 150 of 200. `a` began with the data, `d` too late."""
    balances = {
        "a": {LAST - 30: 1000.0, LAST - 20: 3000.0},
        "b": {LAST - 20: 100.0, LAST - 10: 150.0, LAST - 5: 900.0},
        "c": {LAST - 12: 100.0, LAST - 3: 0.0},
        "d": {LAST - 11: 100.0, LAST - 3: 400.0},
    }
    assert estimates(company(balances=balances))["nrr_new_cohort_12m"] == 0.75


def test_an_account_in_a_gap_has_nothing_to_grow_from() -> None:
    """`b` won back 50 over 100; `a` was in a gap, at 0, and came back with 600."""
    cases = [("a", True, 0.0, 600.0), ("b", True, 100.0, 50.0), ("a", True, -5.0, 9.0)]
    book = company(balances={name: {LAST: 10.0} for name in "ab"}, cases=cases)
    assert estimates(book)["uplift"] == pytest.approx(0.5)


def test_a_change_of_rates_is_no_growth() -> None:
    """100 became 130 in a year, 30 of it because the plan rate changed."""
    book = company(balances={"a": {LAST - 20: 50.0, LAST - 12: 100.0, LAST: 130.0}})
    rows = book.arr_months.assign(
        fx_arr=[30.0 if row == 130 else 0.0 for row in book.arr_months["closing_arr"]]
    )
    moved = replace(
        book,
        arr_months=pd.concat(
            [rows, company(balances={"z": {LAST - 30: 1.0, LAST - 29: 0.0}}).arr_months]
        ),
        accounts=book.accounts.assign(first_arr_month=month_start(LAST - 12)),
    )
    assert estimates(moved)["nrr_new_cohort_12m"] == 1


def test_gross_retention_is_the_locked_one_in_every_scope() -> None:
    balances = {
        "a": {LAST - 30: 100.0, LAST - 2: 40.0},
        "b": {LAST - 30: 100.0, LAST - 2: 400.0},
    }
    locked = {("company", "all"): 0.69, ("segment", "small"): 0.69}
    book = company(balances=balances, locked_grr=locked)
    assert estimates(book)["grr_base_12m"] == pytest.approx(0.69)


def test_whitespace_is_chance_by_uplift_by_arr_of_who_is_not_at_risk() -> None:
    """Two of four cases expanded, by 0.1 and 0.3: chance 0.5, median 0.2.

    (100 x 0.9 of the model + 200 x 0.5 of its scope) x 0.2 x 24 / 6; `c` is at risk.
    """
    cases = [
        ("a", True, 100.0, 10.0),
        ("a", False, 100.0, 0.0),
        ("b", True, 100.0, 30.0),
        ("c", False, 100.0, 0.0),
        ("c", None, 100.0, None),
    ]
    balances = {"a": {LAST: 100.0}, "b": {LAST: 200.0}, "c": {LAST: 900.0}}
    book = replace(
        company(balances=balances, cases=cases),
        scores=pd.DataFrame({"account_id": ["a"], "chance": [0.9]}),
        churn_risks=pd.DataFrame({"account_id": ["c"]}),
    )
    known = estimates(book)
    assert known["uplift"] == pytest.approx(0.2)
    assert known["whitespace_arr"] == pytest.approx((90 + 100) * 0.2 * 4)


def test_nothing_known_is_an_open_question_and_never_an_error() -> None:
    table, draws = assumptions(company(), 50)
    assert set(table["scope_type"]) == {"company"}
    known = table.set_index("parameter")
    assert list(known.index) == list(PARAMETERS)
    policy = ["gross_margin", "discount_rate", "horizon_months"]
    asked = known.drop(policy)
    assert set(asked["kind"]) == {"open_question"}
    assert asked[["estimate", "p10", "p90", "evidence_score"]].isna().all(axis=None)
    assert set(asked["evidence_grade"]) == {"D"}
    assert set(known.loc[policy, "kind"]) == {"assumption"}
    assert len(draws) == 50 and draws["cac_new"].isna().all()


def test_what_no_figure_holds_is_an_open_question() -> None:
    def uplift(outcome: float) -> pd.Series:
        book = company(
            balances={"a": {LAST: 10.0}}, cases=[("a", True, 0.01, outcome)] * 5
        )
        return assumptions(book, 20)[0].set_index("parameter").loc["uplift"]

    held, beyond = uplift(1e7), uplift(1e11)
    assert held["estimate"] == pytest.approx(1e9) and held["kind"] != "open_question"
    assert np.isnan(beyond["estimate"]) and beyond["kind"] == "open_question"


def test_accounts_without_any_arr_are_no_error(demo: duckdb.DuckDBPyConnection) -> None:
    balances = frame(demo, "(from marts.arr_account_months limit 0)")
    bare = company([deal("A", "new", 30, 100, True)], [(month_start(LAST), "new", 50)])
    known = estimates(replace(bare, arr_months=balances))
    assert np.isnan(known["grr_base_12m"])


@pytest.mark.filterwarnings("error")
def test_a_company_that_everybody_left_is_no_division_by_nothing() -> None:
    left = company(
        balances={"a": {LAST - 14: 100.0, LAST - 12: 100.0, LAST - 3: 0.0}},
        locked_grr={("company", "all"): 0.0},
    )
    assert np.isnan(estimates(left)["grr_base_12m"])


def test_a_segment_needs_customers_and_deals() -> None:
    balances = {name: {LAST: 10.0} for name in "abcd"}
    deals = [deal("a", "new", 9, 1, True), deal("c", "renewal", 9, 1, True)]
    book = company(deals, balances=balances, segments={"c": "large", "d": "large"})
    least = with_policy(book, scope_least_accounts=2, scope_least_deals=1)
    assert set(assumptions(least, 10)[0]["scope_value"]) == {"company", "small"}
    more = with_policy(least, scope_least_accounts=3)
    assert set(assumptions(more, 10)[0]["scope_value"]) == {"company"}


def test_evidence_ages_by_half_lives_until_it_no_longer_counts() -> None:
    today = pd.Timestamp(AS_OF)

    def fresh(days: int, provenance: str = evidence.OBSERVED) -> float | None:
        seen_on = today - pd.Timedelta(days=days)
        basis = evidence.Basis(seen_on, None, None, provenance)
        return evidence.freshness(basis, today, LIMITS)

    assert fresh(180) == 0.5
    assert fresh(365) == pytest.approx(0.5 ** (365 / 180))
    assert fresh(366) is None
    assert fresh(366, evidence.ASSUMED) == pytest.approx(0.5 ** (366 / 365))
    assert fresh(-9) == 1
    missing = evidence.Basis(pd.NaT, None, None, evidence.OBSERVED)
    assert evidence.freshness(missing, today, LIMITS) is None


def test_evidence_is_as_old_and_as_thin_as_its_worst_source() -> None:
    table = pd.DataFrame(
        {
            "source_id": ["costs", "opportunities"],
            "owner": ["finance", "sales"],
            "last_refreshed_on": [dt.date(2025, 12, 1), dt.date(2025, 11, 1)],
            "coverage_rate": [0.5, 0.25],
        }
    )
    both = ("costs", "opportunities")
    basis = evidence.basis_of_sources(table, both, evidence.OBSERVED)
    assert basis.seen_on == pd.Timestamp(2025, 11, 1)
    assert (basis.coverage, basis.owner) == (0.25, "finance")
    lacking = evidence.basis_of_sources(table[:1], both, evidence.OBSERVED)
    assert pd.isna(lacking.seen_on)


def test_worth_is_the_geometric_mean_of_what_is_known() -> None:
    assert evidence.score(1.0, None, 0.25) == 0.5
    assert evidence.precision(2, 1.5, 2.5) == 0.75
    assert evidence.precision(2, -9, 9) == 0
    assert evidence.precision(0, -1, 1) == 0
    assert evidence.precision(24, 24, 24) == 1
    # Ten equal cases; one that outweighs nine is hardly more than one.
    assert evidence.sufficiency(np.ones(10), LIMITS) == 0.5
    assert evidence.sufficiency(np.array([900.0, *[1.0] * 9]), LIMITS) < 0.1
    assert evidence.sufficiency(np.array([]), LIMITS) == 0


@pytest.mark.parametrize(
    ("worth", "provenance", "n", "kind", "grade"),
    [
        (0.8, evidence.OBSERVED, 20, "fact", "A"),
        (0.65, evidence.OBSERVED, 20, "fact", "B"),
        (0.649, evidence.OBSERVED, 20, "assumption", "C"),
        (0.9, evidence.OBSERVED, 19, "assumption", "A"),
        (0.9, evidence.DERIVED, 99, "assumption", "A"),
        (0.49, evidence.ASSUMED, 0, "assumption", "D"),
        (None, evidence.OBSERVED, 99, "open_question", "D"),
    ],
)
def test_kind_and_grade_follow_from_the_policy(
    worth: float | None, provenance: str, n: int, kind: str, grade: str
) -> None:
    assert evidence.kind(worth, provenance, n, LIMITS) == kind
    assert evidence.grade(worth, LIMITS) == grade


@pytest.fixture(scope="module")
def inputs(demo: duckdb.DuckDBPyConnection) -> Inputs:
    """The demo company, with the chances of the model that is used."""
    features = frame(demo, "marts.propensity_features")
    motion, measurement, metric = (
        frame(demo, f"staging.stg_policy__{name}_policy")
        for name in ("motion", "measurement", "metric")
    )
    cases, known = known_cases(features), rules(motion, measurement)
    marts = {
        name: frame(demo, f"marts.{table}")
        for name, table in {
            "deals": "deals",
            "costs": "go_to_market_costs",
            "arr_months": "arr_account_months",
            "retention_months": "retention_months",
            "accounts": "accounts",
            "churn_risks": "churn_risks",
            "sources": "evidence_sources",
        }.items()
    }
    return Inputs(
        **marts,
        features=features,
        scores=scored(cases, last_month(features), "logistic", known),
        parameters=frame(demo, "policy.decision_parameters"),
        metric_policy=metric,
        motion_policy=motion,
    )


Assumed = tuple[pd.DataFrame, pd.DataFrame]


@pytest.fixture(scope="module")
def assumed(inputs: Inputs) -> Assumed:
    return assumptions(inputs)


@pytest.fixture(scope="module")
def few_draws(inputs: Inputs) -> pd.DataFrame:
    """The first draws of the demo company, to compare other inputs with."""
    return assumptions(inputs, 20)[1]


@pytest.mark.parametrize(
    ("segment", "new", "expansion"),
    [
        ("enterprise", 1.51, 0.32),
        ("mid_market", 1.50, 0.78),
        ("small_business", 1.58, 18.28),
    ],
)
def test_demo_costs_are_those_that_were_planted(
    assumed: Assumed, segment: str, new: float, expansion: float
) -> None:
    table = assumed[0]
    known = table[table["scope_value"] == segment].set_index("parameter")["estimate"]
    assert known["cac_new"] == pytest.approx(new, rel=0.02)
    assert known["cac_expansion"] == pytest.approx(expansion, rel=0.02)


def test_demo_keeps_the_contract_and_has_each_parameter_of_each_scope(
    assumed: Assumed,
) -> None:
    table, draws = assumed
    conn = duckdb.connect()
    write(conn, "decisions.assumptions", table, contracts()["assumptions"])
    assert len(table) == 4 * len(PARAMETERS)
    assert len(draws) == 4 * DRAWS
    assert list(draws) == ["scope_type", "scope_value", "draw", *PARAMETERS]
    assert draws.notna().all(axis=None)
    inside = (table["p10"] <= table["p50"]) & (table["p50"] <= table["p90"])
    assert inside.all()


def test_demo_kinds(assumed: Assumed) -> None:
    known = assumed[0].set_index(["scope_value", "parameter"])["kind"]
    assert known["company", "cac_new"] == "fact"
    assert known["company", "gross_margin"] == "assumption"
    assert known["company", "whitespace_arr"] == "assumption"
    # Five deals won are no fact.
    assert known["small_business", "cac_expansion"] == "assumption"
    assert "open_question" not in set(known)


def test_draws_of_a_scope_are_joint(assumed: Assumed) -> None:
    """Accounts that expand much make expansion cheap and leave room for more."""
    draws = assumed[1].set_index("scope_value").loc["company"]
    assert draws["cac_expansion"].corr(draws["whitespace_arr"]) < -0.5
    same = assumed[1].pivot(index="draw", columns="scope_value", values="gross_margin")
    assert same.nunique(axis=1).eq(1).all()


def test_the_same_inputs_give_the_same_draws_in_any_order(inputs: Inputs) -> None:
    shuffled = replace(
        inputs,
        deals=inputs.deals.sample(frac=1, random_state=1),
        accounts=inputs.accounts.sample(frac=1, random_state=1),
        features=inputs.features.sample(frac=1, random_state=1),
    )
    for first, second in zip(
        assumptions(inputs, 100), assumptions(shuffled, 100), strict=True
    ):
        pd.testing.assert_frame_equal(first, second, rtol=1e-9)


def scaled(table: pd.DataFrame, by: float, *columns: str) -> pd.DataFrame:
    return table.assign(**{name: table[name].astype(float) * by for name in columns})


@settings(max_examples=5)
@given(by=st.floats(0.01, 1000))
def test_in_other_money_only_amounts_change(
    inputs: Inputs, few_draws: pd.DataFrame, by: float
) -> None:
    other = replace(
        inputs,
        deals=scaled(inputs.deals, by, "amount_arr"),
        costs=scaled(inputs.costs, by, "cost"),
        arr_months=scaled(inputs.arr_months, by, "closing_arr", "fx_arr"),
        features=scaled(inputs.features, by, "closing_arr", "outcome_arr"),
    )
    draws = assumptions(other, 20)[1]
    money = ["whitespace_arr", "new_logo_cap_arr", "budget"]
    for name in PARAMETERS:
        factor = by if name in money else 1
        np.testing.assert_allclose(draws[name], few_draws[name] * factor, rtol=1e-6)


@settings(max_examples=5)
@given(more=st.floats(0, 1e6), place=st.integers(0, 10_000))
def test_more_cost_never_lowers_the_cost_of_arr(
    inputs: Inputs, few_draws: pd.DataFrame, more: float, place: int
) -> None:
    costs = scaled(inputs.costs, 1, "cost")
    costs.iloc[place % len(costs), costs.columns.get_loc("cost")] += more
    draws = assumptions(replace(inputs, costs=costs), 20)[1]
    for name in ("cac_new", "cac_expansion", "budget"):
        assert (draws[name] >= few_draws[name] * (1 - 1e-12)).all()


def test_what_policy_multiplies_is_known_no_better_than_policy(inputs: Inputs) -> None:
    """What was counted is A; the share of it that can move is somebody's word."""
    known = assumptions(inputs, 100)[0].set_index(["scope_value", "parameter"])
    for name, key in (
        ("budget", "budget_movable_rate"),
        ("new_logo_cap_arr", "new_logo_cap_factor"),
    ):
        row = known.loc[("company", name)]
        assert row["kind"] == "assumption" and row["evidence_grade"] == "D"
        assert row["policy_key"] == key
        decided = inputs.parameters["parameter_key"] == key
        assert row["policy_value"] == float(inputs.parameters["value"][decided].iloc[0])
        sure = inputs.parameters.assign(
            low=inputs.parameters["low"].mask(decided),
            high=inputs.parameters["high"].mask(decided),
        )
        surer = assumptions(replace(inputs, parameters=sure), 100)[0]
        surer = surer.set_index(["scope_value", "parameter"])
        score = surer.loc[("company", name), "evidence_score"]
        assert (
            row["evidence_score"]
            < score
            == known.loc[("company", "horizon_months"), "evidence_score"]
        )
    old = inputs.parameters.assign(decided_on=dt.date(2024, 1, 5))
    asked = assumptions(replace(inputs, parameters=old), 20)[0].set_index("parameter")
    assert set(asked.loc[["budget", "new_logo_cap_arr"], "kind"]) == {"open_question"}
    assert asked["policy_key"].notna().sum() == 2 * asked["scope_value"].nunique()


def test_demo_small_businesses_are_for_new_logos_and_the_rest_for_expansion(
    inputs: Inputs,
) -> None:
    table, draws = assumptions(inputs)
    rows = scenario_simulation(table, draws)
    focus = rows[rows["option"] == "expansion focus"].set_index("scope_value")
    wins = focus["probability_beats_new_logo_focus"]
    assert wins["small_business"] < 0.05
    assert (wins[["company", "enterprise", "mid_market"]] > 0.95).all()
    flips = scenario_thresholds(table, draws).query("not no_flip_in_range")
    nearest = flips.set_index(["scope_value", "parameter"])["flip_value"]
    for scope in ("company", "enterprise", "mid_market"):
        estimates = table[table["scope_value"] == scope].set_index("parameter")
        assert nearest[scope, "cac_new"] < estimates.loc["cac_new", "p10"]
