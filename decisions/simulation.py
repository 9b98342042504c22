"""What each focus is worth over the joint draws, and how often it is the best."""

import numpy as np
import pandas as pd

from decisions.value_model import Scope, by_scope, value

EXPANSION = "expansion focus"
NEW_LOGO = "new-logo focus"
CURRENT = "current mix"
# Options closer than this, as a share of the best, are equal but for rounding.
ROUNDING = 1e-9
COLUMNS = [
    "option",
    "share_expansion",
    "value_mean",
    "value_standard_error",
    "value_p5",
    "value_p50",
    "value_p95",
    "value_cvar_10",
    "probability_best",
    "probability_standard_error",
    "probability_beats_new_logo_focus",
    "expected_loss",
    "n_draws",
]


def scenario_simulation(assumptions: pd.DataFrame, draws: pd.DataFrame) -> pd.DataFrame:
    """One row per scope and option: either focus, or the mix of today."""
    return by_scope(assumptions, draws, COLUMNS, simulation)


def simulation(scope: Scope) -> pd.DataFrame:
    """The three options of a scope on the same draws."""
    shares = {EXPANSION: 1.0, NEW_LOGO: 0.0, CURRENT: scope.base["share_expansion"]}
    values = {option: value(share, scope.draws) for option, share in shares.items()}
    table = outcomes(values).rename(columns={"expected_regret": "expected_loss"})
    table["share_expansion"] = table["option"].map(shares)
    table["probability_beats_new_logo_focus"] = [
        np.nan if option == NEW_LOGO else probability_positive(drawn - values[NEW_LOGO])
        for option, drawn in values.items()
    ]
    return table[COLUMNS]


def outcomes(values: dict[str, np.ndarray]) -> pd.DataFrame:
    """One row per option from its value in each draw.

    Options that are equally good in a draw share it. Regret is what the best option
    of a draw would have given above this one.
    """
    table = np.vstack(list(values.values()))
    n_draws = table.shape[1]
    regret = table.max(axis=0) - table
    is_best = regret <= ROUNDING * np.abs(table).max(axis=0)
    chance = (is_best / is_best.sum(axis=0)).mean(axis=1)
    low, middle, high = np.quantile(table, [0.05, 0.5, 0.95], axis=1)
    n_worst = int(np.ceil(n_draws / 10))
    worst = np.partition(table, n_worst - 1, axis=1)[:, :n_worst]
    return pd.DataFrame(
        {
            "option": list(values),
            "value_mean": table.mean(axis=1),
            "value_standard_error": table.std(axis=1) / np.sqrt(n_draws),
            "value_p5": low,
            "value_p50": middle,
            "value_p95": high,
            "value_cvar_10": worst.mean(axis=1),
            "probability_best": chance,
            "probability_standard_error": np.sqrt(chance * (1 - chance) / n_draws),
            "expected_regret": regret.mean(axis=1),
            "max_regret": regret.max(axis=1),
            "n_draws": n_draws,
        }
    )


def probability_positive(gain: np.ndarray) -> float:
    """The share of draws in which a gain is above 0; a draw at 0 counts by half."""
    return float(np.mean((np.sign(gain) + 1) / 2))
