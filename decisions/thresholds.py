"""At which value of a parameter the better motion changes, all others at their base."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from decisions.value_model import Difference, Scope, by_scope, difference, with_value

N_POINTS = 200
# Beside the largest difference in the range, less than this is rounding, not a side.
ROUNDING = 1e-12
# A parameter this narrow, as a share of its base, is a policy and not an estimate.
NARROW = 1e-9
# How far from its base a parameter is followed: to a quarter and to four times of it.
# Where the estimates are sure, a flip lies outside their draws; how wrong they would
# have to be is what people ask, and how probable that is stands beside it.
REACH = 4.0
# What cannot be more than all of it.
AT_MOST_ONE = ("gross_margin", "grr_base_12m", "share_expansion")
COLUMNS = [
    "parameter",
    "root",
    "base",
    "flip_value",
    "direction",
    "distance_rate",
    "distance_sd",
    "probability_beyond_flip",
    "no_flip_in_range",
    "search_low",
    "search_high",
]


def scenario_thresholds(assumptions: pd.DataFrame, draws: pd.DataFrame) -> pd.DataFrame:
    """One row per scope, parameter and flip; one without a flip where there is none."""
    return by_scope(
        assumptions, draws, COLUMNS, lambda scope: thresholds(scope, difference)
    )


def thresholds(scope: Scope, gain: Difference) -> pd.DataFrame:
    """The flips of each parameter of a scope, the nearest first, for any difference."""
    rows: list[dict[str, object]] = []
    for name, base in scope.base.items():
        drawn = scope.draws[name]
        low, high = searched_range(name, base, drawn)

        def curve(values: np.ndarray, name: str = name) -> np.ndarray:
            return gain(with_value(scope.base, name, values))

        found = flips(curve, low, high)
        searched = {
            "parameter": name,
            "base": base,
            "no_flip_in_range": not found,
            "search_low": low,
            "search_high": high,
        }
        if not found:
            rows.append({**searched, "root": 0})
        found.sort(key=lambda flip, base=base: abs(flip[0] - base))
        for root, (flip, direction) in enumerate(found, start=1):
            met = {"root": root, "flip_value": flip, "direction": direction}
            rows.append({**searched, **met, **_distances(flip, base, drawn)})
    return pd.DataFrame(rows, columns=COLUMNS)


def nearest_first(thresholds: pd.DataFrame) -> pd.DataFrame:
    """The nearest flip of each parameter that has one, nearest in spread of its draws.

    Those without a spread come last, by their distance in percent.
    """
    flipping = thresholds[thresholds["root"] == 1]
    order = flipping[["distance_sd", "distance_rate"]].astype(float).abs()
    order["parameter"] = flipping["parameter"]
    return flipping.loc[
        order.sort_values(["distance_sd", "distance_rate", "parameter"]).index
    ]


def _distances(flip: float, base: float, drawn: np.ndarray) -> dict[str, float]:
    """How far a flip is from the base, and how often the draws are beyond it."""
    away = flip - base
    spread = float(np.std(drawn)) if np.isfinite(drawn).all() else np.nan
    return {
        "distance_rate": away / abs(base) if base else np.nan,
        "distance_sd": away / spread if spread > NARROW * abs(base) else np.nan,
        "probability_beyond_flip": float(
            np.mean(drawn > flip if away >= 0 else drawn < flip)
        ),
    }


def searched_range(name: str, base: float, drawn: np.ndarray) -> tuple[float, float]:
    """From a quarter of the base to four times of it, and all that the draws reach.

    That is from their 1st to their 99th percentile. NaN where the parameter has no
    limit, such as a market without a cap.
    """
    finite = drawn[np.isfinite(drawn)]
    if not np.isfinite(base) or not len(finite):
        return np.nan, np.nan
    ends = [*np.quantile(finite, [0.01, 0.99]), base / REACH, base * REACH]
    low, high = float(min(ends)), float(max(ends))
    return low, min(high, 1.0) if name in AT_MOST_ONE else high


def flips(
    curve: Callable[[np.ndarray], np.ndarray], low: float, high: float
) -> list[tuple[float, str]]:
    """Where a continuous curve changes its sign, and on which side it is above 0.

    A curve that touches 0 and turns back has no flip there: the better motion stays
    the better one. Two flips closer than a step of the scan are not seen.
    """
    if not (low < high < np.inf):
        return []
    points = np.linspace(low, high, N_POINTS)
    values = np.broadcast_to(curve(points), points.shape)
    is_rounding = np.abs(values) <= ROUNDING * np.abs(values).max()
    signs = np.where(is_rounding, 0, np.sign(values))
    found = []
    for left, right in pairwise(np.flatnonzero(signs)):
        if signs[left] != signs[right]:
            flip = brentq(lambda x: float(curve(x)), points[left], points[right])
            found.append((float(flip), "above" if signs[right] > 0 else "below"))
    return found
