"""Each parameter of the value model in each draw of a joint bootstrap.

A draw weighs accounts and calendar months, and all parameters of all scopes follow from
the same weights, so they stay correlated. Weights are exponential (the Bayesian
bootstrap): with few deals no draw is left without any. A segment keeps its size: its
accounts weigh 1 on average in every draw.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from decisions.arrays import ratio
from decisions.company import DAYS_A_MONTH, MOTIONS, YEAR, Company, Scope, deals_of

SEED = 20260105
DRAWS_AT_A_TIME = 1_000


@dataclass(frozen=True)
class Weights:
    """Draw by account, draw by month of the window, and what is drawn of the policy."""

    accounts: np.ndarray
    months: np.ndarray
    policy: dict[str, np.ndarray]


def drawn_weights(
    company: Company, policy: pd.DataFrame, n_draws: int
) -> Iterator[Weights]:
    """The data as it is, then draws, so many at a time that they fit in memory."""
    rng = np.random.default_rng(SEED)
    n_months = company.last_month - company.first_month + 1
    yield Weights(
        np.ones((1, len(company.accounts))),
        np.ones((1, n_months)),
        {name: np.array([float(row["value"])]) for name, row in policy.iterrows()},
    )
    for begin in range(0, n_draws, DRAWS_AT_A_TIME):
        size = min(DRAWS_AT_A_TIME, n_draws - begin)
        yield Weights(
            _account_weights(company.segments, rng, size),
            rng.standard_exponential((size, n_months)),
            {name: of_range(row, rng, size) for name, row in policy.iterrows()},
        )


def _account_weights(
    segments: np.ndarray, rng: np.random.Generator, size: int
) -> np.ndarray:
    weights = rng.standard_exponential((size, len(segments)))
    for segment in set(segments):
        is_in_it = segments == segment
        weights[:, is_in_it] /= weights[:, is_in_it].mean(axis=1, keepdims=True)
    return weights


def of_range(row: pd.Series, rng: np.random.Generator, size: int) -> np.ndarray:
    """Draws of a policy value: a triangle over its range, or the value itself."""
    if pd.isna(row["low"]) or row["low"] == row["high"]:
        return np.full(size, float(row["value"]))
    return rng.triangular(
        float(row["low"]), float(row["value"]), float(row["high"]), size
    )


def drawn_parameters(
    company: Company, scope: Scope, weights: Weights
) -> dict[str, np.ndarray]:
    """Policy and parameters of a scope, by draw; NaN where nothing says what one is."""
    policy, of = weights.policy, scope.places
    horizon = policy["horizon_months"]
    drawn = dict(policy)
    spent = {}
    for motion, (kind, _) in MOTIONS.items():
        drawn[f"cac_{motion}"] = _cost_per_arr(company, scope, motion, weights)
        drawn[f"cycle_months_{motion}"] = _cycle(deals_of(company, kind, of), weights)
        spent[motion] = _cost_of_a_month(company, scope, motion, weights)
    both = spent["expansion"] + spent["new"]
    drawn["budget"] = both * horizon * policy["budget_movable_rate"]
    drawn["share_expansion"] = ratio(spent["expansion"], both)
    drawn["new_logo_cap_arr"] = (
        _won_in_a_month(company, scope, weights)
        * horizon
        * policy["new_logo_cap_factor"]
    )
    own_grr = _pooled(company.kept, company.openings, of, weights)
    drawn["grr_base_12m"] = np.minimum(own_grr * scope.grr_factor, 1)
    drawn["nrr_new_cohort_12m"] = _pooled(
        company.starts_later * company.is_in_cohort,
        company.starts * company.is_in_cohort,
        of,
        weights,
    )
    drawn |= _growth(company, scope, weights, horizon)
    return drawn


def _pooled(
    numerators: np.ndarray, denominators: np.ndarray, of: np.ndarray, weights: Weights
) -> np.ndarray:
    """The ratio of two sums over accounts."""
    by_account = weights.accounts[:, of]
    return ratio(by_account @ numerators[of], by_account @ denominators[of])


def _summed(deals: pd.DataFrame, column: str, weights: Weights) -> np.ndarray:
    """The sum of a column over deals, each weighed as its account."""
    return weights.accounts[:, deals["place"]] @ deals[column].to_numpy(float)


def _cost_per_arr(
    company: Company, scope: Scope, motion: str, weights: Weights
) -> np.ndarray:
    """What was spent, a sales cycle before, on the deals that closed, per ARR won.

    Costs are booked for the company. A scope bears them in proportion to the days that
    its closed deals, won or lost, were in the pipeline.
    """
    kind, _ = MOTIONS[motion]
    costs = company.costs[motion].to_dict()
    paid_in = {
        month: costs[before]
        for month in range(weights.months.shape[1])
        if (before := company.first_month + month - scope.lags[motion]) in costs
    }
    deals = company.deals[
        company.deals["month"].isin(paid_in) & (company.deals["type"] == kind)
    ]
    own = deals[deals["place"].isin(scope.places) & deals["is_won"]]
    monthly = _mean(np.array(list(paid_in.values())), weights.months[:, list(paid_in)])
    borne = monthly * len(paid_in) * _share_of_days(deals, scope, weights)
    return ratio(borne, _summed(own, "arr", weights))


def _cost_of_a_month(
    company: Company, scope: Scope, motion: str, weights: Weights
) -> np.ndarray:
    """Mean cost of a month of the last year, borne as in `_cost_per_arr`."""
    costs = company.costs[motion]
    since = max(company.last_month - YEAR + 1, company.first_month)
    recent = costs[(costs.index >= since) & (costs.index <= company.last_month)]
    places = recent.index.to_numpy(int) - company.first_month
    monthly = _mean(recent.to_numpy(float), weights.months[:, places])
    deals = company.deals[company.deals["type"] == MOTIONS[motion][0]]
    return monthly * _share_of_days(deals, scope, weights)


def _share_of_days(deals: pd.DataFrame, scope: Scope, weights: Weights) -> np.ndarray:
    """The share of a scope in the days that deals were in the pipeline."""
    own = deals[deals["place"].isin(scope.places)]
    return ratio(_summed(own, "days", weights), _summed(deals, "days", weights))


def _cycle(deals: pd.DataFrame, weights: Weights) -> np.ndarray:
    """Mean months from creation to close of the deals won."""
    won = deals[deals["is_won"]]
    n_won = weights.accounts[:, won["place"]].sum(axis=1)
    return ratio(_summed(won, "days", weights), n_won) / DAYS_A_MONTH


def _won_in_a_month(company: Company, scope: Scope, weights: Weights) -> np.ndarray:
    """New-logo ARR won in a month of the last year; NaN if no deal ever closed."""
    deals = deals_of(company, MOTIONS["new"][0], scope.places)
    if deals.empty:
        return np.full(len(weights.accounts), np.nan)
    last_place = company.last_month - company.first_month
    recent = deals[deals["is_won"] & (deals["month"] > last_place - YEAR)]
    return _summed(recent, "arr", weights) / YEAR


def _growth(
    company: Company, scope: Scope, weights: Weights, horizon: np.ndarray
) -> dict[str, np.ndarray]:
    """How much those that expand grow by, and the ARR customers have room for.

    The chance of a customer is that of the model in use, else the share of its scope
    that expanded; an account may expand again in each stretch of outcome months.
    """
    cases = company.cases[company.cases["place"].isin(scope.places)]
    by_case = weights.accounts[:, cases["place"]]
    share = ratio(by_case @ cases["is_expanded"].to_numpy(float), by_case.sum(axis=1))
    uplift = _weighted_median(cases[cases["is_expanded"]], weights)
    places = scope.places[company.is_eligible[scope.places]]
    known = cases["is_expanded"].mean() if len(cases) else np.nan
    chances = company.chances[places]
    chances = np.where(np.isnan(chances), known, chances)
    hoped = weights.accounts[:, places] @ (company.arr[places] * chances)
    # The chances are as uncertain as the share they are to add up to.
    room = hoped * ratio(share, np.full_like(share, known)) * uplift
    return {"uplift": uplift, "whitespace_arr": room * horizon / company.outcome_months}


def _weighted_median(cases: pd.DataFrame, weights: Weights) -> np.ndarray:
    """The median uplift by draw, of cases in the order of their uplift."""
    if cases.empty:
        return np.full(len(weights.accounts), np.nan)
    sums = weights.accounts[:, cases["place"]].cumsum(axis=1)
    half = sums[:, -1:] / 2
    uplifts = cases["uplift"].to_numpy(float)
    lower = uplifts[(sums < half).sum(axis=1)]
    upper = uplifts[np.minimum((sums <= half).sum(axis=1), len(uplifts) - 1)]
    return (lower + upper) / 2


def _mean(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The mean by draw; NaN of nothing."""
    return ratio(weights @ values, weights.sum(axis=1))
