"""The value of a budget: by hand, at its limits, and in which way it may never move."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from decisions.value_model import (
    REQUIRED,
    arr_of_expansion,
    arr_of_new_logos,
    difference,
    scopes,
    value,
    with_value,
    worth_of_arr,
)
from tests.python.scenarios import BASE, UNITS, frames

HALF_TO_DOUBLE = st.floats(0.5, 2.0)
CHANGES = st.fixed_dictionaries(
    {
        name: HALF_TO_DOUBLE
        for name in BASE
        if name not in ("grr_base_12m", "share_expansion")
    }
)


def changed(factors: dict[str, float]) -> dict[str, float]:
    return {name: value * factors.get(name, 1.0) for name, value in BASE.items()}


def test_expansion_fills_up_at_the_whitespace() -> None:
    whitespace = np.array([0.0, 100.0, 1e15, np.inf])
    won = arr_of_expansion(50.0, {"cac_expansion": 0.5, "whitespace_arr": whitespace})
    assert won == pytest.approx([0.0, 100 * (1 - np.exp(-1)), 100.0, 100.0])


def test_nothing_is_won_without_a_budget_or_at_an_endless_cost() -> None:
    costs = {"cac_expansion": np.inf, "whitespace_arr": 100.0}
    assert arr_of_expansion(50.0, costs) == 0
    assert arr_of_expansion(0.0, {**costs, "cac_expansion": 1.0}) == 0
    assert arr_of_expansion(0.0, {"cac_expansion": 1.0, "whitespace_arr": np.inf}) == 0


def test_new_logos_stop_at_what_the_market_gives() -> None:
    cap = {"cac_new": 2.0, "new_logo_cap_arr": 30.0}
    assert arr_of_new_logos(np.array([50.0, 70.0]), cap).tolist() == [25.0, 30.0]


def test_worth_is_the_sum_over_months_after_the_cycle() -> None:
    """Two of six months pass before the first margin."""
    by_hand = sum(
        0.78 / 12 * 0.92 ** ((t - 2) / 12) * 1.1 ** (-t / 12) for t in (3, 4, 5, 6)
    )
    parameters = {**BASE, "cycle_months_expansion": 2.0, "horizon_months": 6.0}
    assert worth_of_arr("expansion", parameters) == pytest.approx(by_hand)


def test_worth_does_not_jump_where_a_cycle_or_horizon_passes_a_month() -> None:
    for name in ("cycle_months_new", "horizon_months"):
        around = np.array([3.0 - 1e-9, 3.0, 3.0 + 1e-9])
        worth = worth_of_arr(
            "new", with_value({**BASE, "cycle_months_new": 1}, name, around)
        )
        assert np.ptp(worth) < 1e-8


def test_nothing_is_earned_when_the_cycle_outlasts_the_horizon() -> None:
    parameters = {**BASE, "cycle_months_new": 24.0}
    assert worth_of_arr("new", parameters) == 0
    assert value(0.0, parameters) == -BASE["budget"]


def test_uplift_moves_the_whitespace_with_it() -> None:
    moved = with_value(BASE, "uplift", 0.3)
    assert moved["whitespace_arr"] == pytest.approx(750_000)
    assert with_value({"uplift": 0.0, "whitespace_arr": 5.0}, "uplift", 1.0) == {
        "uplift": 1.0,
        "whitespace_arr": 5.0,
    }


def test_values_of_arrays_are_those_of_their_numbers() -> None:
    costs = np.array([0.4, 0.8, 1.6])
    together = difference(with_value(BASE, "cac_expansion", costs))
    alone = [difference(with_value(BASE, "cac_expansion", cost)) for cost in costs]
    assert together == pytest.approx(np.array(alone))


@given(CHANGES, st.floats(1.0, 3.0))
def test_more_cost_of_a_side_never_helps_it(
    factors: dict[str, float], more: float
) -> None:
    parameters = changed(factors)
    rounding = 1e-9 * parameters["budget"]
    dearer = {**parameters, "cac_expansion": parameters["cac_expansion"] * more}
    assert difference(dearer) <= difference(parameters) + rounding
    dearer = {**parameters, "cac_new": parameters["cac_new"] * more}
    assert difference(dearer) >= difference(parameters) - rounding


@given(CHANGES, st.floats(0.01, 100.0), st.floats(0.0, 1.0))
def test_another_unit_of_money_scales_values(
    factors: dict[str, float], k: float, share: float
) -> None:
    parameters = changed(factors)
    scaled = {
        name: amount * k if name in UNITS else amount
        for name, amount in parameters.items()
    }
    exact = {"rel": 1e-9, "abs": 1e-9 * k * parameters["budget"]}
    assert value(share, scaled) == pytest.approx(k * value(share, parameters), **exact)
    assert difference(scaled) == pytest.approx(k * difference(parameters), **exact)


def test_a_scope_is_known_where_each_parameter_has_an_estimate() -> None:
    assumptions, draws = frames("large", "small", n_draws=20)
    is_lost = assumptions["scope_value"].eq("large") & assumptions["parameter"].eq(
        "cac_new"
    )
    assumptions.loc[is_lost, "estimate"] = np.nan
    draws.loc[draws["scope_value"].eq("small") & (draws["draw"] < 5), "budget"] = np.nan
    known = list(scopes(assumptions, draws))
    assert [scope.scope_value for scope in known] == ["small"]
    assert len(known[0].draws["cac_new"]) == 15
    assert set(known[0].base) == {*REQUIRED, "uplift"}


def test_a_scope_is_known_without_uplift() -> None:
    assumptions, draws = frames(n_draws=20)
    [known] = scopes(
        assumptions[assumptions["parameter"] != "uplift"], draws.drop(columns="uplift")
    )
    assert set(known.base) == set(REQUIRED)
