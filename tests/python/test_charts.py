"""Charts: a stable series is left alone, a shift is seen, whatever hides it."""

import numpy as np
import pytest

from decisions.charts import (
    OverlappingWindowError,
    drift,
    places,
    series_of,
    signals,
)
from tests.python.decision_rows import SCOPE, calm, limits, series

N_SERIES = 4000
N_BASELINE = 24


def drawn(shift: float = 0.0, n_later: int = 24) -> np.ndarray:
    rng = np.random.default_rng(20260105)
    values = rng.normal(size=(N_SERIES, N_BASELINE + n_later))
    values[:, N_BASELINE:] += shift
    return values


def test_a_stable_series_alarms_on_about_one_percent_of_later_points() -> None:
    outside = np.abs(places(drawn(), N_BASELINE, limits())) > 1
    assert 0.005 < outside.mean() < 0.015
    # The runs add as many again, each counted when it begins.
    signal = signals(drawn(), N_BASELINE, limits())
    begins = signal[:, 1:] & ~signal[:, :-1]
    assert begins.mean() < 0.02


def test_a_shift_of_three_sigma_is_caught_within_three_points() -> None:
    signal = signals(drawn(shift=3), N_BASELINE, limits())[:, :3]
    assert signal.any(axis=1).mean() > 0.9


def test_a_shift_that_stays_cannot_hide_in_its_own_limits() -> None:
    signal = signals(drawn(shift=3), N_BASELINE, limits())[:, -1]
    assert signal.mean() > 0.99


def test_limits_are_as_worked_out_by_hand() -> None:
    # Mean 0.98, mean moving range 0.01: limits 0.98 +/- 0.0266.
    values = np.append(calm(12), [1.0066, 1.0067, 0.9533])
    np.testing.assert_allclose(
        places(values, 12, limits()), [1.0, 1.00376, -1.00376], atol=1e-5
    )


def later(*points: float) -> list[bool]:
    return signals(np.append(calm(12), points), 12, limits()).tolist()


def test_eight_in_a_row_on_one_side_and_not_seven() -> None:
    assert later(*[0.981] * 8) == [False] * 7 + [True]
    assert later(*[0.981] * 7, 0.979, *[0.981] * 7) == [False] * 15


def test_three_of_four_near_one_limit_and_not_of_both() -> None:
    near, low, calm_point = 0.994, 0.966, 0.981
    assert later(near, calm_point, near, near) == [False, False, False, True]
    assert later(near, calm_point, calm_point, near, near) == [False] * 5
    assert later(near, low, near, low) == [False] * 4


def test_any_change_of_what_never_moved_is_a_signal() -> None:
    values = np.append(np.ones(12), [1.0, 0.999])
    assert signals(values, 12, limits()).tolist() == [False, True]


def test_the_cumulative_sum_forgets_nothing_but_the_slack() -> None:
    # A deviation is 0.01 / 1.128: each point adds 1.128 - 0.5 downwards.
    values = np.append(calm(12), [0.97, 0.97, 0.98])
    found = drift(values, 12, 0.5, -1)
    np.testing.assert_allclose(found, [0.628, 1.256, 0.756], atol=1e-9)
    assert drift(values, 12, 0.5, 1).max() == 0


def test_a_rate_over_twelve_months_is_refused() -> None:
    rates = series(calm(), "net_revenue_retention_12m")
    with pytest.raises(OverlappingWindowError, match="net_revenue_retention_12m"):
        series_of(rates, "net_revenue_retention_12m", **SCOPE)
