"""What knowing the truth would be worth before deciding: of all, of each parameter."""

import numpy as np
import pandas as pd
from scipy.special import ndtri
from scipy.stats import rankdata

from decisions.value_model import Scope, by_scope, difference

DEGREE = 3
COLUMNS = ["parameter", "evpi", "evppi", "evppi_rate", "rank"]


def value_of_information(
    assumptions: pd.DataFrame, draws: pd.DataFrame
) -> pd.DataFrame:
    """One row per scope and parameter, what to measure next first."""
    return by_scope(assumptions, draws, COLUMNS, information)


def information(scope: Scope) -> pd.DataFrame:
    """EVPI of a scope, and EVPPI of each parameter, in money over the horizon."""
    gain = difference(scope.draws)
    perfect = value_of_knowing(gain)
    partial = {
        name: value_of_knowing_part(gain, drawn) for name, drawn in scope.draws.items()
    }
    table = pd.DataFrame({"parameter": list(partial), "evppi": list(partial.values())})
    table["evpi"] = perfect
    table["evppi_rate"] = table["evppi"] / perfect if perfect > 0 else np.nan
    table["rank"] = table["evppi"].rank(method="min", ascending=False).astype(int)
    return table[COLUMNS].sort_values(["rank", "parameter"], ignore_index=True)


def value_of_knowing(gain: np.ndarray) -> float:
    """Choosing in each draw by the gain in it, less choosing once by its mean."""
    return max(float(np.maximum(gain, 0).mean() - max(gain.mean(), 0.0)), 0.0)


def value_of_knowing_part(gain: np.ndarray, known: np.ndarray) -> float:
    """Choosing by the gain to expect from what is known; less than by the gain itself.

    What the regression sees beyond that is its own error.
    """
    expected = expected_given(gain, known)
    return min(value_of_knowing(expected), value_of_knowing(gain))


def expected_given(gain: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The gain to expect in each draw by what is known in it: a cubic regression.

    What is known enters by its normal score, so that neither a long tail nor a draw
    without a limit bends the curve. Its mean is the mean of the gain.
    """
    scores = ndtri((rankdata(known) - 0.5) / len(known))
    if np.ptp(scores) == 0:
        return np.full(len(gain), gain.mean())
    design = np.vander(scores, DEGREE + 1)
    fitted, *_ = np.linalg.lstsq(design, gain, rcond=None)
    return design @ fitted
