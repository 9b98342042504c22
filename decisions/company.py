"""A company as arrays, one place an account: what the value model is estimated from."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from decisions.arrays import ratio
from decisions.propensity import month_numbers

YEAR = 12
DAYS_A_MONTH = 365.25 / 12
SCOPE = ["scope_type", "scope_value"]
COMPANY = ("company", "company")

# By motion of the value model: the type of its deals, and what its costs are booked on.
MOTIONS = {"expansion": ("expansion", "expansion"), "new": ("new", "new_logo")}


@dataclass(frozen=True)
class Inputs:
    """The tables that assumptions are estimated from, as the warehouse has them."""

    deals: pd.DataFrame
    costs: pd.DataFrame
    arr_months: pd.DataFrame
    retention_months: pd.DataFrame
    accounts: pd.DataFrame
    features: pd.DataFrame
    scores: pd.DataFrame
    churn_risks: pd.DataFrame
    sources: pd.DataFrame
    parameters: pd.DataFrame
    metric_policy: pd.DataFrame
    motion_policy: pd.DataFrame


@dataclass(frozen=True)
class Company:
    """A company in arrays, one place an account; months are places in the window."""

    accounts: pd.Index
    segments: np.ndarray
    deals: pd.DataFrame
    costs: dict[str, pd.Series]
    openings: np.ndarray
    kept: np.ndarray
    locked_grr: dict[tuple[str, str], float]
    starts: np.ndarray
    starts_later: np.ndarray
    is_in_cohort: np.ndarray
    arr: np.ndarray
    is_eligible: np.ndarray
    chances: np.ndarray
    cases: pd.DataFrame
    first_month: int
    last_month: int
    outcome_months: int


@dataclass(frozen=True)
class Scope:
    """Some accounts of the company, with the months from cost to deal of each motion.

    grr_factor is gross retention as it is locked by that of the accounts' totals: the
    locked one revalues each currency, which balances in one currency cannot.
    """

    key: tuple[str, str]
    places: np.ndarray
    lags: dict[str, int]
    grr_factor: float


def company_of(inputs: Inputs, limits: dict[str, float]) -> Company:
    """The tables as arrays over all accounts, balances at constant rates."""
    last = int(inputs.metric_policy["last_month"].iloc[0])
    first = last - int(limits["cost_window_months"]) + 1
    known = inputs.accounts.sort_values("account_id", ignore_index=True)
    accounts = pd.Index(known["account_id"])
    balances = inputs.arr_months[["account_id"]].assign(
        month=month_numbers(inputs.arr_months["month_start"]),
        closing=inputs.arr_months["closing_arr"].astype(float),
        fx=inputs.arr_months["fx_arr"].astype(float),
    )
    began = int(balances["month"].min()) if len(balances) else last

    def at(months: pd.Series) -> np.ndarray:
        """Closing ARR of each account in a month of its own; 0 without a row."""
        keys = pd.MultiIndex.from_arrays([accounts, months])
        indexed = balances.set_index(["account_id", "month"])["closing"]
        return indexed.reindex(keys).fillna(0).to_numpy(float)

    def revalued(since: pd.Series) -> np.ndarray:
        """What plan rates added in the year after a month."""
        month = (
            balances["account_id"]
            .map(pd.Series(since.to_numpy(), index=accounts))
            .astype(float)
        )
        is_in_year = (balances["month"] > month) & (balances["month"] <= month + YEAR)
        moved = balances[is_in_year].groupby("account_id")["fx"].sum()
        return moved.reindex(accounts).fillna(0).to_numpy(float)

    def constant(month: int) -> pd.Series:
        return pd.Series(np.full(len(accounts), month))

    # Customers of the first month of the data may have been there for years.
    entered = month_numbers(known["first_arr_month"])
    is_in_cohort = ((entered > began) & (entered + YEAR <= last)).to_numpy(bool)
    entered = entered.fillna(0).astype(int)
    openings = at(constant(last - YEAR))
    closings = at(constant(last)) - revalued(constant(last - YEAR))
    risks = known["account_id"].isin(inputs.churn_risks["account_id"])
    arr = at(constant(last))
    chances = inputs.scores.set_index("account_id")["chance"].astype(float)
    return Company(
        accounts=accounts,
        segments=known["segment"].to_numpy(object),
        deals=_deals(inputs.deals, accounts, first, last),
        costs=_costs(inputs.costs),
        openings=openings,
        kept=np.minimum(openings, np.maximum(closings, 0)),
        locked_grr=_locked_grr(inputs.retention_months, last),
        starts=at(entered),
        starts_later=np.maximum(at(entered + YEAR) - revalued(entered), 0),
        is_in_cohort=is_in_cohort,
        arr=arr,
        is_eligible=(arr > 0) & ~risks.to_numpy(bool),
        chances=chances.reindex(accounts).to_numpy(float),
        cases=_cases(inputs.features, accounts),
        first_month=first,
        last_month=last,
        outcome_months=int(inputs.motion_policy["outcome_months"].iloc[0]),
    )


def _deals(
    deals: pd.DataFrame, accounts: pd.Index, first: int, last: int
) -> pd.DataFrame:
    """The deals of the window that are closed, their account and month as places."""
    months = month_numbers(deals["closed_on"])
    is_in_window = months.between(first, last) & deals["account_id"].isin(accounts)
    closed = deals[is_in_window]
    return pd.DataFrame(
        {
            "place": accounts.get_indexer(closed["account_id"]),
            "month": months[is_in_window].astype(int) - first,
            "type": closed["opportunity_type"],
            "is_won": closed["is_won"].astype(bool),
            "arr": closed["amount_arr"].astype(float),
            "days": closed["cycle_days"].astype(float).clip(lower=0),
        }
    )


def _costs(costs: pd.DataFrame) -> dict[str, pd.Series]:
    """By motion of the value model, the cost of each month that has one."""
    months = month_numbers(costs["month_start"])
    amounts = costs["cost"].astype(float)
    return {
        motion: amounts.groupby(months.where(costs["motion"] == booked)).sum()
        for motion, (_, booked) in MOTIONS.items()
    }


def _cases(features: pd.DataFrame, accounts: pd.Index) -> pd.DataFrame:
    """Cases whose outcome is known, in the order of their uplift.

    In a gap that nobody knows the end of yet an account has no ARR to grow from.
    """
    is_known = features["is_expanded"].notna() & features["account_id"].isin(accounts)
    known = features[is_known & (features["closing_arr"].astype(float) > 0)]
    closing = known["closing_arr"].astype(float)
    cases = pd.DataFrame(
        {
            "place": accounts.get_indexer(known["account_id"]),
            "is_expanded": known["is_expanded"].astype(bool),
            "arr": closing,
            "uplift": known["outcome_arr"].astype(float) / closing,
        }
    )
    return cases.sort_values(["uplift", "place"], ignore_index=True)


def _locked_grr(retention: pd.DataFrame, last: int) -> dict[tuple[str, str], float]:
    """By scope, gross retention over the year to the last month."""
    is_it = (retention["metric_id"] == "gross_revenue_retention_12m") & (
        month_numbers(retention["month_start"]) == last
    )
    return {
        COMPANY if row["scope_type"] == "company" else tuple(row[SCOPE]): row["value"]
        for _, row in retention[is_it]
        .assign(value=retention["value"].astype(float))
        .iterrows()
    }


def scopes_of(company: Company, limits: dict[str, float]) -> list[Scope]:
    """The company, and the segments that say enough by themselves."""
    everyone = np.arange(len(company.accounts))
    scopes = [_scope(company, COMPANY, everyone)]
    for segment in sorted(set(company.segments[company.arr > 0])):
        places = np.flatnonzero(company.segments == segment)
        n_customers = (company.arr[places] > 0).sum()
        closed = company.deals["type"][company.deals["place"].isin(places)]
        n_closed = closed.isin([kind for kind, _ in MOTIONS.values()]).sum()
        if (
            n_customers >= limits["scope_least_accounts"]
            and n_closed >= limits["scope_least_deals"]
        ):
            scopes.append(_scope(company, ("segment", segment), places))
    return scopes


def _scope(company: Company, key: tuple[str, str], places: np.ndarray) -> Scope:
    """A deal is paid for a sales cycle before it closes, in whole months."""
    lags = {}
    for motion, (kind, _) in MOTIONS.items():
        won = deals_of(company, kind, places).query("is_won")
        lags[motion] = round(won["days"].mean() / DAYS_A_MONTH) if len(won) else 0
    own = ratio(company.kept[places].sum(), company.openings[places].sum())
    # Where everybody has left there is nothing to scale.
    locked = company.locked_grr.get(key, np.nan)
    return Scope(key, places, lags, locked / (own or np.nan))


def deals_of(company: Company, kind: str, places: np.ndarray) -> pd.DataFrame:
    """The closed deals of a type and some accounts."""
    deals = company.deals
    return deals[(deals["type"] == kind) & deals["place"].isin(places)]
