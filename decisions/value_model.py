"""What a budget earns within the horizon: spent on expansion, on new logos, on a mix.

A set of parameters is a mapping of names to numbers or to arrays of one shape, such as
10,000 draws of each; results have that shape.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

Parameters = Mapping[str, np.ndarray | float]
Difference = Callable[[Parameters], np.ndarray]

# The value of a scope is unknown where one of these is.
REQUIRED = (
    "cac_expansion",
    "cac_new",
    "gross_margin",
    "grr_base_12m",
    "nrr_new_cohort_12m",
    "cycle_months_expansion",
    "cycle_months_new",
    "whitespace_arr",
    "new_logo_cap_arr",
    "budget",
    "share_expansion",
    "discount_rate",
    "horizon_months",
)
# What people call them.
NAMES = {
    "cac_expansion": "cost of expansion",
    "cac_new": "cost of new logos",
    "gross_margin": "gross margin",
    "grr_base_12m": "retention of customers",
    "nrr_new_cohort_12m": "retention of new logos",
    "cycle_months_expansion": "sales cycle of expansion",
    "cycle_months_new": "sales cycle of new logos",
    "whitespace_arr": "room to expand",
    "new_logo_cap_arr": "limit of new logos",
    "uplift": "uplift",
    "budget": "budget",
    "share_expansion": "share of expansion",
    "discount_rate": "discount rate",
    "horizon_months": "horizon",
}
# Acts through the whitespace, which is chance x uplift x ARR.
UPLIFT = "uplift"
SCOPE = ["scope_type", "scope_value"]


@dataclass(frozen=True)
class Scope:
    """A scope whose parameters are known: estimates, joint draws, and what is known."""

    scope_type: str
    scope_value: str
    base: dict[str, float]
    draws: dict[str, np.ndarray]
    assumptions: pd.DataFrame

    def placed(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows with the scope they are about first; what is endless is null."""
        table = rows.replace([np.inf, -np.inf], np.nan)
        table.insert(0, "scope_type", self.scope_type)
        table.insert(1, "scope_value", self.scope_value)
        return table


def scopes(assumptions: pd.DataFrame, draws: pd.DataFrame) -> Iterator[Scope]:
    """The scopes of which each required parameter has an estimate and draws.

    A draw in which a parameter is unknown says nothing of the others: it is left out.
    """
    for (scope_type, scope_value), rows in assumptions.groupby(SCOPE, sort=True):
        known = rows[rows["estimate"].notna() & rows["parameter"].isin(draws.columns)]
        known = known.set_index("parameter").sort_index()
        names = [name for name in (*REQUIRED, UPLIFT) if name in known.index]
        inside = draws["scope_type"].eq(scope_type) & draws["scope_value"].eq(
            scope_value
        )
        drawn = draws.loc[inside].sort_values("draw")[names].astype(float).dropna()
        if set(REQUIRED) <= set(names) and len(drawn):
            yield Scope(
                str(scope_type),
                str(scope_value),
                {name: float(known.loc[name, "estimate"]) for name in names},
                {name: drawn[name].to_numpy() for name in names},
                known.loc[names],
            )


def by_scope(
    assumptions: pd.DataFrame,
    draws: pd.DataFrame,
    columns: list[str],
    table_of: Callable[[Scope], pd.DataFrame],
) -> pd.DataFrame:
    """The tables of all scopes as one, with its columns even where it has no rows."""
    tables = [scope.placed(table_of(scope)) for scope in scopes(assumptions, draws)]
    empty = pd.DataFrame(columns=[*SCOPE, *columns])
    return pd.concat(tables, ignore_index=True) if tables else empty


def arr_of_expansion(budget: np.ndarray, parameters: Parameters) -> np.ndarray:
    """ARR a budget wins from customers: it fills up as it nears the whitespace."""
    whitespace = np.asarray(parameters["whitespace_arr"], dtype=float)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        bought = budget / np.asarray(parameters["cac_expansion"], dtype=float)
        won = -whitespace * np.expm1(-bought / whitespace)
    won = np.where(whitespace > 0, won, 0.0)
    return np.where(np.isinf(whitespace), bought, won)


def arr_of_new_logos(budget: np.ndarray, parameters: Parameters) -> np.ndarray:
    """ARR a budget wins from new accounts, up to what the market gives."""
    bought = budget / np.asarray(parameters["cac_new"], dtype=float)
    return np.minimum(bought, parameters["new_logo_cap_arr"])


def worth_of_arr(motion: str, parameters: Parameters) -> np.ndarray:
    """Discounted gross margin that 1.00 of ARR earns by the end of the horizon.

    It earns from its sales cycle on. Of the month in which the cycle or the horizon
    ends, the part after the one and before the other counts, so that nothing jumps
    where a cycle passes a whole month.
    """
    names = {
        "expansion": ("cycle_months_expansion", "grr_base_12m"),
        "new": ("cycle_months_new", "nrr_new_cohort_12m"),
    }[motion]
    cycle, kept, horizon, discount = (
        np.asarray(parameters[name], dtype=float)[..., None]
        for name in (*names, "horizon_months", "discount_rate")
    )
    months = np.arange(1, np.ceil(horizon.max()) + 1)
    part = np.clip(np.minimum(months, horizon) - np.maximum(months - 1, cycle), 0, 1)
    age = np.maximum(months - cycle, 0)
    earned = part * kept ** (age / 12) * (1 + discount) ** (-months / 12)
    return np.asarray(parameters["gross_margin"]) / 12 * earned.sum(axis=-1)


def value(share: np.ndarray | float, parameters: Parameters) -> np.ndarray:
    """What the budget earns, less itself, with a share of it spent on expansion."""
    budget = np.asarray(parameters["budget"], dtype=float)
    expansion = arr_of_expansion(share * budget, parameters)
    new_logos = arr_of_new_logos((1 - share) * budget, parameters)
    return (
        expansion * worth_of_arr("expansion", parameters)
        + new_logos * worth_of_arr("new", parameters)
        - budget
    )


def difference(parameters: Parameters) -> np.ndarray:
    """D: the value of expansion focus less that of new-logo focus."""
    return value(1.0, parameters) - value(0.0, parameters)


def with_value(
    base: Parameters, parameter: str, changed: np.ndarray | float
) -> dict[str, np.ndarray | float]:
    """The base with one parameter changed; uplift moves the whitespace with it."""
    moved = {**base, parameter: changed}
    if parameter == UPLIFT and base[UPLIFT] != 0 and "whitespace_arr" in base:
        moved["whitespace_arr"] = base["whitespace_arr"] * changed / base[UPLIFT]
    return moved
