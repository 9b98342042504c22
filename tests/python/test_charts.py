"""Charts: a stable series is left alone, a shift is seen, whatever hides it."""

from collections.abc import Callable

import numpy as np
import pytest

from decisions.charts import (
    OverlappingWindowError,
    comparable,
    drift,
    of_one_size,
    places,
    runs,
    seasonless,
    series_of,
    signals,
)
from decisions.governance import Policy
from tests.python.decision_rows import SCOPE, calm, limits, series

Chart = Callable[[np.ndarray, int, Policy], np.ndarray]
N_SERIES = 4000
N_BASELINE = 24


def drawn(shift: float = 0.0, n_later: int = 24) -> np.ndarray:
    rng = np.random.default_rng(20260105)
    values = rng.normal(size=(N_SERIES, N_BASELINE + n_later))
    values[:, N_BASELINE:] += shift
    return values


def test_a_stable_series_alarms_on_about_one_percent_of_later_points() -> None:
    assert 0.005 < signals(drawn(), N_BASELINE, limits()).mean() < 0.015
    # Runs would double that: they are watched.
    assert runs(drawn(), N_BASELINE, limits()).mean() > 0.008


def test_a_shift_of_three_sigma_is_caught_within_three_points() -> None:
    signal = signals(drawn(shift=3), N_BASELINE, limits())[:, :3]
    assert signal.any(axis=1).mean() > 0.9


def test_a_shift_that_stays_cannot_hide_in_its_own_limits() -> None:
    signal = signals(drawn(shift=3), N_BASELINE, limits())
    assert signal.any(axis=1).all()
    run = runs(drawn(shift=3), N_BASELINE, limits())
    assert (signal | run)[:, -1].mean() > 0.99


def test_the_sum_of_a_stable_series_is_rarely_beyond_its_limit() -> None:
    policy = limits()
    sums = [
        np.maximum(
            *(
                drift(row, N_BASELINE, policy.cusum_usual_slack, side)
                for side in (1, -1)
            )
        )
        for row in drawn()[:1000]
    ]
    assert 0.005 < (np.array(sums) >= policy.cusum_limit).mean() < 0.015


def adjusted(values: np.ndarray) -> np.ndarray:
    """Without its season, estimated from all before the last year; limits from two."""
    months = np.arange(values.shape[-1]) % 12 + 1
    n_before = values.shape[-1] - 12
    return seasonless(values, months, n_before, limits())[..., n_before - N_BASELINE :]


def seasonal(n_years: int, shift: float = 0.0) -> np.ndarray:
    """Highest in March and lowest in September, and noise of deviation 1."""
    year = 4 * np.sin(np.arange(12) * np.pi / 6)
    rng = np.random.default_rng(20260105)
    values = rng.normal(size=(N_SERIES, n_years * 12)) + np.tile(year, n_years)
    values[:, -12:] += shift
    return values


@pytest.mark.parametrize("n_years", [3, 4, 6])
def test_a_season_is_no_signal_and_does_not_hide_one(n_years: int) -> None:
    raw = seasonal(n_years)[:, -N_BASELINE - 12 :]
    assert (np.abs(places(raw, N_BASELINE, limits())) > 1).mean() > 0.1
    calmed = adjusted(seasonal(n_years))
    assert 0.005 < (np.abs(places(calmed, N_BASELINE, limits())) > 1).mean() < 0.02
    caught = signals(adjusted(seasonal(n_years, 3)), N_BASELINE, limits())[:, :3]
    # From two years alone what is usual in a month is not known well.
    assert caught.any(axis=1).mean() > (0.6 if n_years == 3 else 0.8)


def test_a_series_without_a_season_is_left_as_it_is() -> None:
    values = drawn(n_later=12)
    after = adjusted(values)
    assert (after != values).any(axis=1).mean() < 0.02
    assert 0.005 < (np.abs(places(after, N_BASELINE, limits())) > 1).mean() < 0.015
    caught = signals(adjusted(drawn(shift=3, n_later=12)), N_BASELINE, limits())
    assert caught[:, :3].any(axis=1).mean() > 0.9
    still = np.full(36, 0.98)
    assert (adjusted(still) == still).all()


def test_a_season_needs_two_of_each_month() -> None:
    year = np.arange(12.0) * 10
    months = np.arange(48) % 12 + 1
    values = np.tile(year, 4) + np.resize([0.5, -0.5, 0.1, 0, 0.2], 48)
    short = seasonless(values[:35], months[:35], 23, limits())
    assert (short == values[:35]).all()
    assert np.ptp(seasonless(values, months, 24, limits())) < 3


def test_a_share_of_few_cases_may_move_further() -> None:
    cases = np.tile([4.0, 16.0], 8)
    values = of_one_size(0.5 + 0.5 * np.resize([1, -0.5], 16), cases, 16)
    # 8 of 20 is usual; the four won of four count as half as far from it.
    np.testing.assert_allclose(values, np.tile([0.7, 0.25], 8))


def test_limits_of_proportions_follow_the_number_of_cases() -> None:
    """Few deals in one year, many in the next: limits of the mean size fit neither."""
    rng = np.random.default_rng(20260105)
    cases = np.tile(np.repeat([6.0, 60.0], 6), 4)[:36]
    wins = rng.binomial(cases.astype(int), 0.5, size=(N_SERIES // 4, 36)) / cases

    def outside(values: np.ndarray) -> float:
        small = (cases[N_BASELINE:] == 6)[None]
        beyond = np.abs(places(values, N_BASELINE, limits())) > 1
        return beyond[np.broadcast_to(small, beyond.shape)].mean()

    sized = np.stack([of_one_size(row, cases, N_BASELINE) for row in wins])
    assert outside(wins) > 3 * outside(sized)
    assert outside(sized) < 0.02


def test_limits_are_as_worked_out_by_hand() -> None:
    # Mean 0.98, mean moving range 0.01: limits 0.98 +/- 0.0266.
    values = np.append(calm(12), [1.0066, 1.0067, 0.9533])
    np.testing.assert_allclose(
        places(values, 12, limits()), [1.0, 1.00376, -1.00376], atol=1e-5
    )


def later(*points: float, found: Chart = signals) -> list[bool]:
    return found(np.append(calm(12), points), 12, limits()).tolist()


def test_eight_in_a_row_on_one_side_and_not_seven() -> None:
    assert later(*[0.981] * 8, found=runs) == [False] * 7 + [True]
    assert later(*[0.981] * 7, 0.979, *[0.981] * 7, found=runs) == [False] * 15
    assert later(*[0.981] * 8) == [False] * 8


def test_three_in_a_row_near_one_limit_and_not_near_both() -> None:
    near, low, calm_point = 0.994, 0.966, 0.981
    assert later(near, near, near) == [False, False, True]
    assert later(near, near, calm_point, near, near) == [False] * 5
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
    assert comparable(series_of(rates.iloc[:0], "x"), 0, limits()).tolist() == []
    with pytest.raises(OverlappingWindowError, match="net_revenue_retention_12m"):
        series_of(rates, "net_revenue_retention_12m", **SCOPE)
