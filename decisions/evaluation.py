"""How well chances met what happened, and which model the scores may come from."""

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score

from decisions.arrays import ratio
from decisions.propensity import (
    BASELINE,
    LOGISTIC,
    Rules,
    closed_cases,
    out_of_time_chances,
)

SEED = 20260105
COLUMNS = ["model", "measure", "bin", "value", "low", "high", "n"]


def evaluated(cases: pd.DataFrame, month: int, rules: Rules) -> pd.DataFrame:
    """One row per model, measure and bin, saying which model is used and why.

    The logistic model is used only if its lift in the top share less that of the best
    single signal, on the same draws of accounts, has an interval above 0.
    """
    tested = out_of_time_chances(cases, month, rules)
    if not tested:
        return _untested(closed_cases(cases, month, rules), rules)
    weights = _drawn_weights(tested[BASELINE]["account_id"], rules)
    lifts = {name: _top_lifts(test, weights, rules) for name, test in tested.items()}
    rows = [
        row
        for name, test in tested.items()
        for row in _measures(name, test, lifts[name], weights, rules)
    ]
    gain = lifts[LOGISTIC] - lifts[BASELINE]
    n_cases = len(tested[BASELINE])
    rows.append((LOGISTIC, "lift_over_baseline", 0, *_bounds(gain, rules), n_cases))
    is_better = _bounds(gain, rules)[1] > 0
    statements = _statements(gain, is_better, n_cases, rules)
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.assign(
        is_used=(table["model"] == LOGISTIC) == is_better,
        statement=table["model"].map(statements),
    )


def used_model(evaluation: pd.DataFrame) -> str | None:
    """The model the scores come from; None where there is none."""
    used = evaluation.loc[evaluation["is_used"].astype(bool), "model"]
    return None if used.empty else str(used.iloc[0])


def _untested(closed: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    n_expanded = closed["is_expanded"].sum()
    statement = (
        f"No model: {len(closed)} account-quarters have an outcome, {n_expanded:.0f} "
        f"of them expanded; a test needs {rules.least_training_cases} before it, "
        f"{rules.least_training_expansions} of either kind."
    )
    row = ("none", "cases", 0, None, None, None, len(closed), False, statement)
    return pd.DataFrame([row], columns=[*COLUMNS, "is_used", "statement"])


def _statements(
    gain: np.ndarray, is_better: bool, n_cases: int, rules: Rules
) -> dict[str, str]:
    """Whether each model is used, with the numbers that decide it."""
    value, low, high = _bounds(gain, rules)
    if is_better:
        used, end, baseline = "used", "all of it above 0", "not used: the logistic"
    else:
        used, end, baseline = "not used", "not all of it above 0", "used: no other"
    return {
        LOGISTIC: f"The logistic model is {used}: over {n_cases} account-quarters its "
        f"lift in the top {rules.top_share_rate:.0%} is {value:+.2f} ({low:+.2f} to "
        f"{high:+.2f}) against the best single signal, {end}.",
        BASELINE: f"The best single signal is {baseline} model beats it.",
    }


def _drawn_weights(accounts: pd.Series, rules: Rules) -> np.ndarray:
    """Case by draw: how often a draw has the case's account; column 0 has each once.

    Whole accounts are drawn, as their quarters are not independent. The weights are
    Poisson with mean 1, which is what drawing n of n with replacement comes to.
    """
    names, places = np.unique(accounts.to_numpy(dtype=str), return_inverse=True)
    rng = np.random.default_rng(SEED)
    draws = rng.poisson(1.0, size=(len(names), rules.bootstrap_draws))
    once = np.ones((len(names), 1), dtype=draws.dtype)
    return np.hstack([once, draws])[places]


def _measures(
    name: str,
    test: pd.DataFrame,
    lifts: np.ndarray,
    weights: np.ndarray,
    rules: Rules,
) -> list[tuple[object, ...]]:
    met = test["is_expanded"].to_numpy()
    chance = test["chance"].to_numpy()
    base = _weighted_mean(met, weights)
    measures = {
        "base_rate": base,
        "top_precision": lifts * base,
        "top_lift": lifts,
        "brier": _weighted_mean((chance - met) ** 2, weights),
    }
    rows: list[tuple[object, ...]] = [
        (name, measure, 0, *_bounds(values, rules), len(test))
        for measure, values in measures.items()
    ]
    area = average_precision_score(met, chance) if met.any() else np.nan
    rows.append((name, "pr_auc", 0, area, None, None, len(test)))
    bins = pd.qcut(chance, rules.reliability_bins, labels=False, duplicates="drop")
    for number in np.unique(bins[~np.isnan(bins)]).astype(int):
        inside = bins == number
        label, n_cases = number + 1, int(inside.sum())
        predicted = chance[inside].mean()
        observed = _bounds(_weighted_mean(met[inside], weights[inside]), rules)
        rows.append((name, "predicted_rate", label, predicted, None, None, n_cases))
        rows.append((name, "observed_rate", label, *observed, n_cases))
    return rows


def _top_lifts(test: pd.DataFrame, weights: np.ndarray, rules: Rules) -> np.ndarray:
    """By draw: what share of each month's top expanded, over the share of all.

    Cases of the same chance are taken in equal parts, as nothing tells them apart.
    """
    taken = hits = np.zeros(weights.shape[1])
    for month in np.unique(test["month"]):
        inside = (test["month"] == month).to_numpy()
        drawn = weights[inside]
        met = test["is_expanded"].to_numpy()[inside][:, None] * drawn
        _, ties = np.unique(-test["chance"].to_numpy()[inside], return_inverse=True)
        same = (ties == np.arange(ties.max() + 1)[:, None]).astype(float)
        tied, tied_met = same @ drawn, same @ met
        size = rules.top_share_rate * drawn.sum(axis=0)
        part = np.clip(size - (np.cumsum(tied, axis=0) - tied), 0, tied)
        taken = taken + part.sum(axis=0)
        hits = hits + (part * ratio(tied_met, tied, 0.0)).sum(axis=0)
    base = _weighted_mean(test["is_expanded"].to_numpy(), weights)
    return ratio(ratio(hits, taken), base)


def _weighted_mean(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return ratio(values @ weights, weights.sum(axis=0).astype(float))


def _bounds(values: np.ndarray, rules: Rules) -> tuple[float, float, float]:
    """The estimate, which is the first value, and its bounds from the draws after."""
    cut = (1 - rules.confidence_rate) / 2
    draws = values[1:][~np.isnan(values[1:])]
    if not len(draws):
        return float(values[0]), np.nan, np.nan
    low, high = np.quantile(draws, [cut, 1 - cut])
    return float(values[0]), float(low), float(high)
