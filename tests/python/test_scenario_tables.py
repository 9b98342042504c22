"""Flips, grid, tornado, simulation and information: golden numbers and properties."""

import time

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri
from scipy.stats import norm

from decisions.contracts import contracts
from decisions.grid import axes, scenario_grid
from decisions.information import (
    expected_given,
    information,
    value_of_information,
    value_of_knowing,
    value_of_knowing_part,
)
from decisions.options import option_scores
from decisions.simulation import (
    CURRENT,
    EXPANSION,
    NEW_LOGO,
    outcomes,
    probability_positive,
    scenario_simulation,
    simulation,
)
from decisions.thresholds import (
    flips,
    nearest_first,
    scenario_thresholds,
    searched_range,
    thresholds,
)
from decisions.tornado import scenario_tornado, tornado
from decisions.value_model import Parameters, Scope, difference, with_value
from orchestration.warehouse import replace
from tests.python.decision_rows import limits
from tests.python.scenarios import (
    BASE,
    CRITERIA,
    DECISIONS,
    OPTIONS,
    UNITS,
    frames,
    scope,
)

# No saturation, cap, lag or discount, a year: the simplest case of all.
PLAIN = {
    "whitespace_arr": np.inf,
    "new_logo_cap_arr": np.inf,
    "cycle_months_expansion": 0.0,
    "cycle_months_new": 0.0,
    "discount_rate": 0.0,
    "horizon_months": 12.0,
}
SPREADS = st.floats(0.02, 0.4)


def made(base: dict[str, float], spread: float = 0.5) -> Scope:
    """A scope whose draws are spread evenly about the base."""
    steps = np.linspace(1 - spread, 1 + spread, 1_001)
    draws = {name: value * steps for name, value in base.items() if np.isfinite(value)}
    rows = pd.DataFrame({"p10": np.nan, "p90": np.nan, "n": 50}, index=list(draws))
    base = {name: base[name] for name in draws}
    return Scope("company", "company", base, draws, rows)


def all_tables(
    assumptions: pd.DataFrame, draws: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    known = (assumptions, draws)
    found, bars = scenario_thresholds(*known), scenario_tornado(*known)
    return {
        "scenario_thresholds": found,
        "scenario_tornado": bars,
        "scenario_grid": scenario_grid(*known, found, bars),
        "scenario_simulation": scenario_simulation(*known),
        "value_of_information": value_of_information(*known),
        "option_scores": option_scores(*known, DECISIONS, OPTIONS, CRITERIA, limits()),
    }


def test_flip_of_the_cost_of_expansion_is_that_of_new_logos_by_survival() -> None:
    """Golden 1: CAC_new x S / R, S and R the mean survival of the two cohorts."""
    of_year = np.arange(1, 13) / 12
    s, r = (0.92**of_year).mean(), (1.1**of_year).mean()
    found = thresholds(
        scope(**PLAIN, cac_expansion=1.2, spread=0.3), difference
    ).set_index("parameter")
    assert found.loc["cac_expansion", "flip_value"] == pytest.approx(1.5 * s / r)
    assert found.loc["cac_expansion", "direction"] == "below"
    # Neither has a limit here: there is nothing to search.
    assert found.loc["whitespace_arr", "no_flip_in_range"]
    assert np.isnan(found.loc["whitespace_arr", "search_low"])


def test_whitespace_flips_where_saturation_eats_the_cheaper_motion() -> None:
    """Golden 2: the root of W (1 - exp(-1 / W)) = 1 / 2."""
    plain = {
        **PLAIN,
        "whitespace_arr": 0.8,
        "budget": 1.0,
        "cac_expansion": 1.0,
        "cac_new": 2.0,
        "grr_base_12m": 0.9,
        "nrr_new_cohort_12m": 0.9,
    }
    found = thresholds(scope(**plain), difference).set_index("parameter")
    assert found.loc["whitespace_arr", "flip_value"] == pytest.approx(0.6275, abs=5e-5)
    assert found.loc["whitespace_arr", "direction"] == "above"


def test_chance_and_value_of_information_of_a_normal_difference() -> None:
    """Golden 3: D ~ Normal(0.2, 0.5)."""
    gain = 0.2 + 0.5 * ndtri((np.arange(10_000) + 0.5) / 10_000)
    assert probability_positive(gain) == pytest.approx(0.6554, abs=1e-4)
    assert value_of_knowing(gain) == pytest.approx(0.1152, abs=1e-4)
    # Against the other motion it is a loss of the same size.
    assert value_of_knowing(-gain) == pytest.approx(0.1152, abs=1e-4)


def test_both_flips_of_a_price_uplift_are_listed() -> None:
    """Golden 4: a higher price wins ARR and loses customers."""

    def gain(parameters: Parameters) -> np.ndarray:
        uplift = np.asarray(parameters["uplift"])
        return (1 + 4 * uplift) * (1 - 2 * uplift) - 1.08

    by_hand = np.sort(np.roots([-8, 2, -0.08]))
    found = thresholds(made({"uplift": 0.15}, spread=0.9), gain)
    assert found["root"].tolist() == [1, 2]
    assert found["flip_value"].tolist() == pytest.approx([by_hand[1], by_hand[0]])
    assert found["direction"].tolist() == ["below", "above"]
    assert found["distance_rate"].tolist() == pytest.approx(
        [by_hand[1] / 0.15 - 1, by_hand[0] / 0.15 - 1]
    )


def test_a_difference_of_one_sign_has_no_flip() -> None:
    """Golden 5."""

    def gain(parameters: Parameters) -> np.ndarray:
        return np.asarray(parameters["uplift"]) ** 2 + 0.01

    found = thresholds(made({"uplift": 0.1}), gain)
    assert found["no_flip_in_range"].tolist() == [True]
    assert found["root"].tolist() == [0]
    assert found[["flip_value", "direction", "distance_rate"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("curve", "expected"),
    [
        pytest.param(lambda x: x - 100, [(100.0, "above")], id="on a scan point"),
        pytest.param(lambda x: (x - 100) ** 2, [], id="touches on a scan point"),
        pytest.param(lambda x: -((x - 100.5) ** 2), [], id="touches between them"),
        pytest.param(lambda x: np.minimum(100 - x, 0), [], id="leaves 0"),
        pytest.param(lambda x: np.array(0.0), [], id="0 all over"),
        pytest.param(lambda x: np.array(-2.0), [], id="does not move"),
    ],
)
def test_a_flip_is_where_the_sign_changes(curve, expected) -> None:
    assert flips(curve, 0.0, 199.0) == expected


def test_range_is_what_the_draws_reach_and_four_times_the_base() -> None:
    drawn = np.linspace(0.0, 1.0, 101)
    assert searched_range("cac_new", 0.5, drawn) == pytest.approx((0.01, 2.0))
    assert searched_range("cac_new", 0.02, drawn) == pytest.approx((0.005, 0.99))
    limitless = np.array([*drawn, np.inf])
    assert searched_range("cac_new", 0.5, limitless) == pytest.approx((0.01, 2.0))


def test_range_of_a_share_is_at_most_all_and_of_no_limit_none() -> None:
    assert searched_range("discount_rate", 0.1, np.full(9, 0.1)) == (0.025, 0.4)
    assert searched_range("gross_margin", 0.78, np.full(9, 0.78)) == (0.195, 1.0)
    assert searched_range("discount_rate", 0.0, np.zeros(9)) == (0.0, 0.0)
    assert np.isnan(searched_range("whitespace_arr", np.inf, np.full(9, np.inf))).all()


def test_distance_and_probability_are_seen_from_the_base() -> None:
    found = thresholds(
        made({"uplift": 0.2}), lambda parameters: parameters["uplift"] - 0.25
    ).iloc[0]
    spread = np.std(0.2 * np.linspace(0.5, 1.5, 1_001))
    assert found["distance_rate"] == pytest.approx(0.25)
    assert found["distance_sd"] == pytest.approx(0.05 / spread)
    assert found["probability_beyond_flip"] == pytest.approx(0.25, abs=1e-3)
    below = thresholds(
        made({"uplift": 0.2}), lambda parameters: parameters["uplift"] - 0.15
    ).iloc[0]
    assert below["distance_rate"] == pytest.approx(-0.25)
    assert below["probability_beyond_flip"] == pytest.approx(0.25, abs=1e-3)


@settings(max_examples=20)
@given(SPREADS, st.floats(0.3, 2.0), st.floats(0.3, 2.0))
def test_flips_are_roots_and_scaling_money_moves_none(
    spread: float, cost: float, k: float
) -> None:
    one = scope(n_draws=200, spread=spread, cac_expansion=cost)
    scaled = {name: BASE[name] * k for name in UNITS}
    other = scope(n_draws=200, spread=spread, cac_expansion=cost, **scaled)
    found, moved = thresholds(one, difference), thresholds(other, difference)
    for row in found[found["root"] > 0].itertuples():
        ends = np.linspace(row.search_low, row.search_high, 50)
        scale = np.abs(difference(with_value(one.base, row.parameter, ends))).max()
        at_flip = difference(with_value(one.base, row.parameter, row.flip_value))
        assert abs(at_flip) < 1e-6 * scale
    assert found["root"].tolist() == moved["root"].tolist()
    assert found["distance_rate"].astype(float).tolist() == pytest.approx(
        moved["distance_rate"].astype(float).tolist(), nan_ok=True, abs=1e-9
    )
    assert value_of_knowing(difference(other.draws)) == pytest.approx(
        k * value_of_knowing(difference(one.draws)), abs=1e-6 * BASE["budget"]
    )


@given(st.integers(0, 1_000), st.floats(-2.0, 2.0), st.floats(1.0, 5.0))
def test_a_wider_range_never_makes_the_answer_surer(
    seed: int, middle: float, wider: float
) -> None:
    """Draws stretched about their median: the chance moves toward a half, or stays."""
    away = np.random.default_rng(seed).gamma(2.0, size=501)
    away -= np.median(away)
    sure = abs(probability_positive(middle + away) - 0.5)
    assert abs(probability_positive(middle + wider * away) - 0.5) <= sure + 1e-12


@settings(max_examples=30)
@given(
    st.sampled_from(["cac_expansion", "cac_new", "whitespace_arr", "grr_base_12m"]),
    st.floats(0.6, 1.6),
    st.floats(1.0, 3.0),
)
def test_a_wider_range_of_one_parameter_never_makes_the_answer_surer(
    name: str, factor: float, wider: float
) -> None:
    """True of the model where one parameter is uncertain and D rises or falls in it."""
    base = {**BASE, name: BASE[name] * factor}
    steps = np.linspace(-0.25, 0.25, 401)
    sure = [
        abs(
            probability_positive(
                difference(with_value(base, name, base[name] * (1 + stretch * steps)))
            )
            - 0.5
        )
        for stretch in (1.0, wider)
    ]
    assert sure[1] <= sure[0] + 1e-12


def test_outcomes_by_hand() -> None:
    first = np.arange(20.0)
    table = outcomes({"a": first, "b": np.full(20, 9.0)}).set_index("option")
    # Draw 9 is shared; a is better in 10 draws, b in 9.
    assert table["probability_best"].tolist() == [0.525, 0.475]
    assert table.loc["a", "value_cvar_10"] == 0.5
    assert table.loc["a", "expected_regret"] == pytest.approx(45 / 20)
    assert table.loc["b", "expected_regret"] == pytest.approx(55 / 20)
    assert table["max_regret"].tolist() == [9.0, 10.0]
    error = first.std() / np.sqrt(20)
    assert table.loc["a", "value_standard_error"] == pytest.approx(error)


def test_simulation_compares_both_focuses_and_todays_mix() -> None:
    one = scope()
    table = simulation(one).set_index("option")
    assert list(table.index) == [EXPANSION, NEW_LOGO, CURRENT]
    assert table["share_expansion"].tolist() == [1.0, 0.0, 0.3]
    gain = difference(one.draws)
    assert table.loc[EXPANSION, "value_mean"] - table.loc[
        NEW_LOGO, "value_mean"
    ] == pytest.approx(gain.mean())
    assert table.loc[EXPANSION, "probability_beats_new_logo_focus"] == np.mean(gain > 0)
    assert np.isnan(table.loc[NEW_LOGO, "probability_beats_new_logo_focus"])
    assert table["probability_best"].sum() == pytest.approx(1)


def test_tornado_says_which_parameter_turns_the_answer() -> None:
    table = tornado(scope(spread=0.15)).set_index("parameter")
    assert table["rank"].is_monotonic_increasing
    cost = table.loc["cac_new"]
    assert cost["swing"] == pytest.approx(
        abs(cost["difference_high"] - cost["difference_low"])
    )
    assert cost["is_sign_changed"] and not table.loc["cac_expansion", "is_sign_changed"]
    assert table.loc["discount_rate", "swing"] == 0


def test_tornado_stays_at_the_base_without_a_range() -> None:
    one = made({name: BASE[name] for name in BASE})
    assert (tornado(one)["swing"] == 0).all()


def test_grid_is_over_the_two_nearest_flips() -> None:
    known = frames(n_draws=1_000)
    found, bars = scenario_thresholds(*known), scenario_tornado(*known)
    x, y = axes(found, bars)
    assert [x, y] == nearest_first(found)["parameter"].tolist()[:2]
    table = scenario_grid(*known, found, bars)
    assert len(table) == 41 * 41
    point = table[(table["x_index"] == 7) & (table["y_index"] == 33)].iloc[0]
    by_hand = difference({**BASE, x: point["x_value"], y: point["y_value"]})
    assert point["difference"] == pytest.approx(float(by_hand))
    assert point["winner"] == (EXPANSION if by_hand > 0 else NEW_LOGO)


def test_grid_falls_back_on_the_widest_swings_and_leaves_uplift_out() -> None:
    found = pd.DataFrame(
        [("uplift", 1, 0.1), ("budget", 1, 2.0), ("cac_new", 0, np.nan)],
        columns=["parameter", "root", "distance_sd"],
    ).assign(distance_rate=0.1, search_low=0.0)
    bars = pd.DataFrame(
        {"parameter": ["cac_new", "budget", "uplift"], "rank": [1, 2, 3]}
    )
    assert axes(found, bars) == ("budget", "cac_new")


def test_information_on_one_of_two_causes() -> None:
    """D = 0.1 + X + Y / 2: knowing X is worth what a normal of its spread is."""
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((2, 20_000))
    gain = 0.1 + x + y / 2

    def by_hand(spread: float) -> float:
        return spread * norm.pdf(0.1 / spread) - 0.1 * norm.cdf(-0.1 / spread)

    # The curve is of the normal score: any measure of X that keeps its order will do.
    for known in (x, np.exp(3 * x)):
        partial = value_of_knowing(expected_given(gain, known))
        assert partial == pytest.approx(by_hand(1.0), abs=0.01)
    assert value_of_knowing(expected_given(gain, y)) == pytest.approx(
        by_hand(0.5), abs=0.01
    )
    assert value_of_knowing(gain) == pytest.approx(by_hand(np.sqrt(1.25)), abs=0.01)


def test_a_fit_is_worth_no_more_than_the_truth() -> None:
    """Never a loss: nothing to learn, though a cubic of a step dips below 0."""
    known = np.linspace(-1, 1, 1_000)
    gain = np.where(known > 0, 1.0, 0.0)
    assert value_of_knowing(expected_given(gain, known)) > 0.01
    assert value_of_knowing_part(gain, known) == 0


@settings(max_examples=20)
@given(SPREADS, st.floats(0.3, 1.5))
def test_partial_information_is_between_nothing_and_all(
    spread: float, cost: float
) -> None:
    table = information(scope(n_draws=300, spread=spread, cac_expansion=cost))
    assert (table["evppi"] >= 0).all()
    assert (table["evppi"] <= table["evpi"]).all()
    fixed = table.set_index("parameter").loc["discount_rate", "evppi"]
    assert fixed == pytest.approx(0, abs=1e-6)


def test_tables_keep_their_contracts_with_and_without_rows() -> None:
    known = frames(n_draws=300, new_logo_cap_arr=np.inf, constant=())
    known[1]["new_logo_cap_arr"] = np.inf
    conn = duckdb.connect()
    for tables in (all_tables(*known), all_tables(*(rows.head(0) for rows in known))):
        for name, rows in tables.items():
            replace(conn, f"decisions.{name}", rows, contracts()[name])


def test_tables_do_not_depend_on_the_order_of_rows() -> None:
    assumptions, draws = frames("large", "small", n_draws=300)
    shuffled = [rows.sample(frac=1, random_state=1) for rows in (assumptions, draws)]
    for one, other in zip(
        all_tables(assumptions, draws).values(),
        all_tables(*shuffled).values(),
        strict=True,
    ):
        pd.testing.assert_frame_equal(one, other)


def test_all_tables_of_four_scopes_take_less_than_twenty_seconds() -> None:
    company = frames(n_draws=10_000)
    segments = frames("enterprise", "mid_market", "small_business", n_draws=10_000)
    known = [pd.concat(both) for both in zip(company, segments, strict=True)]
    start = time.perf_counter()
    tables = all_tables(*known)
    assert time.perf_counter() - start < 20
    assert len(tables["scenario_grid"]) == 4 * 41 * 41
