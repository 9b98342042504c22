"""Does a monthly series still behave as it did: two charts on independent points.

Limits come from a baseline that ends before the points they judge. Were the points
themselves part of it, a shift would widen its own limits and hide.
"""

import numpy as np
import pandas as pd

from decisions.governance import Policy, numbers

# The mean moving range of normal points, in standard deviations.
MOVING_RANGE = 1.128


class OverlappingWindowError(ValueError):
    """A series whose points share months, on which no chart means anything."""


def series_of(series: pd.DataFrame, metric: str, **scope: object) -> pd.Series:
    """The values of a metric by month, without months that have none."""
    if metric.endswith("_12m"):
        raise OverlappingWindowError(
            f"{metric} cannot be charted: its months overlap, so that nearly half of "
            "its points leave the limits though nothing changed; use the monthly rate."
        )
    chosen = series["metric"] == metric
    for name, value in scope.items():
        chosen &= series[name] == value
    rows = series[chosen].sort_values("month_start")
    months = pd.to_datetime(rows["month_start"]).to_numpy()
    return pd.Series(numbers(rows["value"]).to_numpy(), index=months).dropna()


def places(values: np.ndarray, n_baseline: int, policy: Policy) -> np.ndarray:
    """Points after the baseline: 0 at its mean, 1 and -1 at its limits."""
    baseline = values[..., :n_baseline]
    mean = baseline.mean(axis=-1, keepdims=True)
    ranges = np.abs(np.diff(baseline, axis=-1)).mean(axis=-1, keepdims=True)
    room = policy.chart_limit_factor * ranges
    distance = values[..., n_baseline:] - mean
    # Around a baseline that never moved, any distance is beyond the limits.
    beyond = np.select([distance > 0, distance < 0], [np.inf, -np.inf])
    return np.divide(distance, room, out=beyond, where=room > 0)


def signals(values: np.ndarray, n_baseline: int, policy: Policy) -> np.ndarray:
    """Which points after the baseline are a signal.

    Outside the limits, the last of a run on one side of the mean, or the last of
    several that lie near one limit.
    """
    place = places(values, n_baseline, policy)
    signal = np.abs(place) > 1
    for side in (place, -place):
        run = _count(side > 0, policy.chart_run_points) == policy.chart_run_points
        near = _count(side > policy.chart_near_rate, policy.chart_near_window)
        signal = signal | run | (near >= policy.chart_near_points)
    return signal


def drift(values: np.ndarray, n_baseline: int, slack: float, side: int) -> np.ndarray:
    """The cumulative sum of what exceeds the slack on one side, in deviations."""
    baseline = values[:n_baseline]
    deviation = np.abs(np.diff(baseline)).mean() / MOVING_RANGE
    distance = side * (values[n_baseline:] - baseline.mean())
    beyond = np.where(distance > 0, np.inf, 0.0)
    steps = np.divide(distance, deviation, out=beyond, where=deviation > 0) - slack
    total, totals = 0.0, []
    for step in steps:
        total = max(0.0, total + step)
        totals.append(total)
    return np.array(totals)


def _count(flags: np.ndarray, window: int) -> np.ndarray:
    """How many of the last points, each point included, are set."""
    counts = np.cumsum(flags, axis=-1)
    before = np.zeros_like(counts)
    before[..., window:] = counts[..., :-window]
    return counts - before
