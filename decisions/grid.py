"""The better motion over the two parameters that are nearest to changing it."""

import numpy as np
import pandas as pd

from decisions.simulation import EXPANSION, NEW_LOGO
from decisions.thresholds import nearest_first
from decisions.value_model import UPLIFT, Scope, by_scope, difference, with_value

N_STEPS = 41
COLUMNS = [
    "x_parameter",
    "y_parameter",
    "x_index",
    "y_index",
    "x_value",
    "y_value",
    "difference",
    "winner",
]


def scenario_grid(
    assumptions: pd.DataFrame,
    draws: pd.DataFrame,
    thresholds: pd.DataFrame,
    tornado: pd.DataFrame,
) -> pd.DataFrame:
    """One row per scope and point of its grid of 41 x 41."""

    def grid_of(scope: Scope) -> pd.DataFrame:
        searched = _of_scope(thresholds, scope)
        x, y = axes(searched, _of_scope(tornado, scope))
        ranges = searched.drop_duplicates("parameter").set_index("parameter")
        return grid(scope, x, y, ranges[["search_low", "search_high"]])

    return by_scope(assumptions, draws, COLUMNS, grid_of)


def axes(thresholds: pd.DataFrame, tornado: pd.DataFrame) -> tuple[str, str]:
    """The two parameters nearest their flip in standard deviations of their draws.

    Where fewer than two flip, those that move the difference most. Uplift is left out:
    it acts through the whitespace and would show the same again.
    """
    moving = tornado.sort_values(["rank", "parameter"])["parameter"]
    searched = set(thresholds.loc[thresholds["search_low"].notna(), "parameter"])
    order = dict.fromkeys([*nearest_first(thresholds)["parameter"], *moving])
    x, y, *_ = (name for name in order if name in searched - {UPLIFT})
    return x, y


def grid(scope: Scope, x: str, y: str, ends: pd.DataFrame) -> pd.DataFrame:
    """D at each point, the other parameters at their base."""
    steps = np.arange(N_STEPS)
    x_index, y_index = (index.ravel() for index in np.meshgrid(steps, steps))
    x_values = np.linspace(*ends.loc[x].astype(float), N_STEPS)[x_index]
    y_values = np.linspace(*ends.loc[y].astype(float), N_STEPS)[y_index]
    point = with_value(with_value(scope.base, x, x_values), y, y_values)
    values = np.broadcast_to(difference(point), x_values.shape)
    winner = np.select([values > 0, values < 0], [EXPANSION, NEW_LOGO], "neither")
    columns = (x, y, x_index, y_index, x_values, y_values, values, winner)
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))


def _of_scope(table: pd.DataFrame, scope: Scope) -> pd.DataFrame:
    is_type = table["scope_type"] == scope.scope_type
    return table[is_type & (table["scope_value"] == scope.scope_value)]
