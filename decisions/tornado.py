"""How far each parameter by itself moves the difference between the motions."""

import numpy as np
import pandas as pd

from decisions.value_model import Scope, by_scope, difference, with_value

COLUMNS = [
    "parameter",
    "base",
    "low",
    "high",
    "difference_base",
    "difference_low",
    "difference_high",
    "swing",
    "is_sign_changed",
    "rank",
]


def scenario_tornado(assumptions: pd.DataFrame, draws: pd.DataFrame) -> pd.DataFrame:
    """One row per scope and parameter, the widest swing first."""
    return by_scope(assumptions, draws, COLUMNS, tornado)


def tornado(scope: Scope) -> pd.DataFrame:
    """D at the 10th and the 90th percentile of a parameter, others at their base."""
    at_base = float(difference(scope.base))
    rows = []
    for name, base in scope.base.items():
        # A policy without a range stays where it is.
        ends = scope.assumptions.loc[name, ["p10", "p90"]].astype(float).fillna(base)
        at_ends = [float(difference(with_value(scope.base, name, end))) for end in ends]
        swing = abs(at_ends[1] - at_ends[0])
        is_changed = bool((np.sign(at_ends) != np.sign(at_base)).any())
        rows.append((name, base, *ends, at_base, *at_ends, swing, is_changed))
    table = pd.DataFrame(rows, columns=COLUMNS[:-1])
    table["rank"] = table["swing"].rank(method="min", ascending=False).astype(int)
    return table.sort_values(["rank", "parameter"], ignore_index=True)
