"""Does a monthly series still behave as it did: two charts on independent points.

Limits come from a baseline that ends before the points they judge. Were the points
themselves part of it, a shift would widen its own limits and hide.
"""

import numpy as np
import pandas as pd
from scipy.stats import f as f_distribution

from decisions.governance import Policy, numbers

# Beside the square of the mean, variance below this is rounding.
ROUNDING = 1e-18
# The mean moving range of normal points, in standard deviations.
MOVING_RANGE = 1.128


class OverlappingWindowError(ValueError):
    """A series whose points share months, on which no chart means anything."""


def series_of(series: pd.DataFrame, metric: str, **scope: object) -> pd.DataFrame:
    """Value and cases of a metric by month, without months that have no value."""
    if metric.endswith("_12m"):
        raise OverlappingWindowError(
            f"{metric} cannot be charted: its months overlap, so that nearly half of "
            "its points leave the limits though nothing changed; use the monthly rate."
        )
    chosen = series["metric"] == metric
    for name, value in scope.items():
        chosen &= series[name] == value
    rows = series[chosen].sort_values("month_start")
    return pd.DataFrame(
        {name: numbers(rows[name]).to_numpy() for name in ("value", "n")},
        index=pd.DatetimeIndex(pd.to_datetime(rows["month_start"])),
    ).dropna(subset="value")


def comparable(points: pd.DataFrame, n_before: int, policy: Policy) -> np.ndarray:
    """The values of a series as if all months had as many cases and were of no season.

    The first points, before what is judged, say what is usual.
    """
    values, cases = points["value"].to_numpy(), points["n"].to_numpy()
    if len(values) and not np.isnan(cases).any():
        values = of_one_size(values, cases, n_before)
    return seasonless(values, points.index.month.to_numpy(), n_before, policy)


def of_one_size(values: np.ndarray, cases: np.ndarray, n_before: int) -> np.ndarray:
    """Proportions as far from their usual as if each month had the cases of the last.

    A share of four deals moves twice as far by chance as one of sixteen. The moving
    range of the result stands for the binomial limits, and still widens them where
    months differ by more than chance.
    """
    before = cases[:n_before]
    if before.sum() == 0:
        return values
    usual = (values[:n_before] * before).sum() / before.sum()
    return usual + (values - usual) * np.sqrt(cases / cases[-1])


def seasonless(
    values: np.ndarray, months: np.ndarray, n_before: int, policy: Policy
) -> np.ndarray:
    """Values without what is usual in their calendar month, if anything is.

    Nothing is taken out where months do not differ by more than chance: on a series
    without a season that would only make its limits less sure. What is taken out was
    estimated from the points before, which it suits better than those that follow:
    they are set as far apart as points that follow are.
    """
    seen = values[..., :n_before]
    is_in = (months[:n_before, None] == np.arange(1, 13)).astype(float)
    counts = is_in.sum(axis=0)
    n_free = n_before - 12
    if n_before < policy.chart_season_least_points or counts.min() < 2:
        return values
    usual = seen @ is_in / counts
    rest = seen - usual @ is_in.T
    within = (rest**2).sum(axis=-1) / n_free
    mean = seen.mean(axis=-1, keepdims=True)
    between = (counts * (usual - mean) ** 2).sum(axis=-1) / 11
    # Around a season that repeats to the digit there would be no limits.
    has_rest = within > ROUNDING * mean[..., 0] ** 2
    ratio = np.divide(between, within, out=np.zeros_like(within), where=has_rest)
    chance = f_distribution.sf(ratio, 11, n_free)
    years = n_before / 12
    before = mean + rest * np.sqrt((years + 1) / (years - 1))
    after = values[..., n_before:] - usual[..., months[n_before:] - 1] + mean
    adjusted = np.concatenate([before, after], axis=-1)
    is_seasonal = (chance < policy.chart_season_chance)[..., None]
    return np.where(is_seasonal, adjusted, values)


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

    Outside the limits, or the last of several in a row that lie near one limit: on a
    stable series about one point in a hundred.
    """
    place = places(values, n_baseline, policy)
    near = policy.chart_near_points
    return (np.abs(place) > 1) | _in_a_row(place, policy.chart_near_rate, near)


def runs(values: np.ndarray, n_baseline: int, policy: Policy) -> np.ndarray:
    """Which points after the baseline are the last of a run on one side of its mean.

    The mean of a baseline is itself not known well: as an alarm it would double those
    of a stable series, so it is only watched.
    """
    return _in_a_row(places(values, n_baseline, policy), 0, policy.chart_run_points)


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


def _in_a_row(place: np.ndarray, beyond: float, n_points: int) -> np.ndarray:
    """Which points are the last of so many beyond a place on one side."""
    signal = np.zeros(place.shape, bool)
    for side in (place, -place):
        counts = np.cumsum(side > beyond, axis=-1)
        before = np.zeros_like(counts)
        before[..., n_points:] = counts[..., :-n_points]
        signal |= counts - before == n_points
    return signal
