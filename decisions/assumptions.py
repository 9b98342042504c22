"""What the value model stands on: each parameter estimated, with its range and grade.

Ranges are a joint bootstrap: a draw weighs accounts and calendar months, and all
parameters of all scopes follow from the same weights, so they stay correlated. Weights
are exponential (the Bayesian bootstrap): with few deals no draw is left without any. A
segment keeps its size: its accounts weigh 1 on average in every draw.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from decisions import evidence
from decisions.evidence import ASSUMED, DERIVED, OBSERVED, Basis, basis_of_sources
from decisions.propensity import month_numbers

SEED = 20260105
DRAWS = 10_000
DRAWS_AT_A_TIME = 1_000
DAYS_A_MONTH = 365.25 / 12
YEAR = 12
SCOPE = ["scope_type", "scope_value"]
COMPANY = ("company", "company")
PERCENTILES = [10, 50, 90]

# By motion of the value model: the type of its deals, and what its costs are booked on.
MOTIONS = {"expansion": ("expansion", "expansion"), "new": ("new", "new_logo")}

PER_ARR, RATE, MONTHS, MONEY = "cost per 1.00 of ARR", "rate", "months", "currency"
DEALS_AND_COSTS = "marts.deals, marts.go_to_market_costs"
POLICY = "policy.decision_parameters"


@dataclass(frozen=True)
class Parameter:
    """How a parameter is known: unit, tables, sources of evidence, provenance.

    `policy_key` is the value of policy that what was counted is multiplied by, if any.
    """

    unit: str
    tables: str
    sources: tuple[str, ...] = ()
    provenance: str = OBSERVED
    policy_key: str | None = None


PARAMETERS = {
    "cac_expansion": Parameter(PER_ARR, DEALS_AND_COSTS, ("costs", "opportunities")),
    "cac_new": Parameter(PER_ARR, DEALS_AND_COSTS, ("costs", "opportunities")),
    "gross_margin": Parameter(RATE, POLICY, provenance=ASSUMED),
    "grr_base_12m": Parameter(
        RATE,
        "marts.retention_months, marts.arr_account_months",
        ("subscription_items",),
    ),
    "nrr_new_cohort_12m": Parameter(
        RATE, "marts.arr_account_months", ("subscription_items",)
    ),
    "cycle_months_expansion": Parameter(MONTHS, "marts.deals", ("opportunities",)),
    "cycle_months_new": Parameter(MONTHS, "marts.deals", ("opportunities",)),
    "whitespace_arr": Parameter(
        MONEY,
        "marts.propensity_features, decisions.propensity_scores, marts.churn_risks",
        ("subscription_items",),
        DERIVED,
    ),
    "new_logo_cap_arr": Parameter(
        MONEY,
        f"marts.deals, {POLICY}",
        ("opportunities",),
        DERIVED,
        "new_logo_cap_factor",
    ),
    "uplift": Parameter(RATE, "marts.propensity_features", ("subscription_items",)),
    "budget": Parameter(
        MONEY,
        f"{DEALS_AND_COSTS}, {POLICY}",
        ("costs", "opportunities"),
        DERIVED,
        "budget_movable_rate",
    ),
    "share_expansion": Parameter(RATE, DEALS_AND_COSTS, ("costs", "opportunities")),
    "discount_rate": Parameter("rate a year", POLICY, provenance=ASSUMED),
    "horizon_months": Parameter(MONTHS, POLICY, provenance=ASSUMED),
}
COLUMNS = [
    *(*SCOPE, "parameter", "unit", "estimate", "p10", "p50", "p90"),
    *("distribution", "n", "kind", "evidence_score", "evidence_grade"),
    *("source_table", "as_of", "owner", "stale_on", "policy_key", "policy_value"),
]


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
class Weights:
    """Draw by account, draw by month of the window, and what is drawn of the policy."""

    accounts: np.ndarray
    months: np.ndarray
    policy: dict[str, np.ndarray]


@dataclass(frozen=True)
class Book:
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
    """Some accounts of the book, with the months from cost to deal of each motion.

    grr_factor is gross retention as it is locked by that of the accounts' totals: the
    locked one revalues each currency, which balances in one currency cannot.
    """

    key: tuple[str, str]
    places: np.ndarray
    lags: dict[str, int]
    grr_factor: float


def assumptions(
    inputs: Inputs, n_draws: int = DRAWS
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row per scope and parameter, and one per scope and draw.

    The company has rows always; a segment only with the customers and closed deals that
    the policy asks for. What cannot be estimated is an open question without a number.
    """
    policy = inputs.parameters.set_index("parameter_key")
    limits = policy["value"].astype(float).to_dict()
    book = _book(inputs, limits)
    scopes = _scopes(book, limits)
    parts: dict[tuple[str, str], list[dict[str, np.ndarray]]] = {
        scope.key: [] for scope in scopes
    }
    for weights in _weights(book, policy, n_draws):
        for scope in scopes:
            parts[scope.key].append(_drawn(book, scope, weights))
    rows, frames = [], []
    for scope in scopes:
        drawn = {
            name: np.concatenate([part[name] for part in parts[scope.key]])
            for name in PARAMETERS
        }
        cases = _case_weights(book, scope)
        rows += [
            (*scope.key, *_judged(name, drawn[name], cases.get(name), inputs, policy))
            for name in PARAMETERS
        ]
        keys = dict(zip(SCOPE, scope.key, strict=True))
        draws = {name: values[1:] for name, values in drawn.items()}
        frames.append(pd.DataFrame({**keys, "draw": range(n_draws), **draws}))
    return _typed(rows), pd.concat(frames, ignore_index=True)


def _book(inputs: Inputs, limits: dict[str, float]) -> Book:
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
    return Book(
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
    """Cases whose outcome is known, in the order of their uplift."""
    is_known = features["is_expanded"].notna() & features["account_id"].isin(accounts)
    known = features[is_known]
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


def _scopes(book: Book, limits: dict[str, float]) -> list[Scope]:
    """The company, and the segments that say enough by themselves."""
    everyone = np.arange(len(book.accounts))
    scopes = [_scope(book, COMPANY, everyone)]
    for segment in sorted(set(book.segments[book.arr > 0])):
        places = np.flatnonzero(book.segments == segment)
        n_customers = (book.arr[places] > 0).sum()
        closed = book.deals["type"][book.deals["place"].isin(places)]
        n_closed = closed.isin([kind for kind, _ in MOTIONS.values()]).sum()
        if (
            n_customers >= limits["scope_least_accounts"]
            and n_closed >= limits["scope_least_deals"]
        ):
            scopes.append(_scope(book, ("segment", segment), places))
    return scopes


def _scope(book: Book, key: tuple[str, str], places: np.ndarray) -> Scope:
    """A deal is paid for a sales cycle before it closes, in whole months."""
    lags = {}
    for motion, (kind, _) in MOTIONS.items():
        won = _of(book, kind, places).query("is_won")
        lags[motion] = round(won["days"].mean() / DAYS_A_MONTH) if len(won) else 0
    own = _ratio(book.kept[places].sum(), book.openings[places].sum())
    return Scope(key, places, lags, book.locked_grr.get(key, np.nan) / own)


def _of(book: Book, kind: str, places: np.ndarray) -> pd.DataFrame:
    """The closed deals of a type and some accounts."""
    deals = book.deals
    return deals[(deals["type"] == kind) & deals["place"].isin(places)]


def _weights(book: Book, policy: pd.DataFrame, n_draws: int) -> Iterator[Weights]:
    """The data as it is, then draws, so many at a time that they fit in memory."""
    rng = np.random.default_rng(SEED)
    n_months = book.last_month - book.first_month + 1
    yield Weights(
        np.ones((1, len(book.accounts))),
        np.ones((1, n_months)),
        {name: np.array([float(row["value"])]) for name, row in policy.iterrows()},
    )
    for begin in range(0, n_draws, DRAWS_AT_A_TIME):
        size = min(DRAWS_AT_A_TIME, n_draws - begin)
        yield Weights(
            _drawn_accounts(book.segments, rng, size),
            rng.standard_exponential((size, n_months)),
            {name: _of_range(row, rng, size) for name, row in policy.iterrows()},
        )


def _drawn_accounts(
    segments: np.ndarray, rng: np.random.Generator, size: int
) -> np.ndarray:
    weights = rng.standard_exponential((size, len(segments)))
    for segment in set(segments):
        is_in_it = segments == segment
        weights[:, is_in_it] /= weights[:, is_in_it].mean(axis=1, keepdims=True)
    return weights


def _of_range(row: pd.Series, rng: np.random.Generator, size: int) -> np.ndarray:
    """Draws of a policy value: a triangle over its range, or the value itself."""
    if pd.isna(row["low"]) or row["low"] == row["high"]:
        return np.full(size, float(row["value"]))
    return rng.triangular(
        float(row["low"]), float(row["value"]), float(row["high"]), size
    )


def _drawn(book: Book, scope: Scope, weights: Weights) -> dict[str, np.ndarray]:
    """Each parameter of a scope, by draw; NaN where nothing says what it is."""
    policy, of = weights.policy, scope.places
    horizon = policy["horizon_months"]
    drawn = {name: policy[name] for name in policy.keys() & PARAMETERS.keys()}
    spent = {}
    for motion, (kind, _) in MOTIONS.items():
        drawn[f"cac_{motion}"] = _cost_per_arr(book, scope, motion, weights)
        drawn[f"cycle_months_{motion}"] = _cycle(_of(book, kind, of), weights)
        spent[motion] = _cost_of_a_month(book, scope, motion, weights)
    both = spent["expansion"] + spent["new"]
    drawn["budget"] = both * horizon * policy["budget_movable_rate"]
    drawn["share_expansion"] = _ratio(spent["expansion"], both)
    drawn["new_logo_cap_arr"] = (
        _won_in_a_month(book, scope, weights) * horizon * policy["new_logo_cap_factor"]
    )
    own_grr = _pooled(book.kept, book.openings, of, weights)
    drawn["grr_base_12m"] = np.minimum(own_grr * scope.grr_factor, 1)
    drawn["nrr_new_cohort_12m"] = _pooled(
        book.starts_later * book.is_in_cohort,
        book.starts * book.is_in_cohort,
        of,
        weights,
    )
    drawn |= _growth(book, scope, weights, horizon)
    return drawn


def _pooled(
    numerators: np.ndarray, denominators: np.ndarray, of: np.ndarray, weights: Weights
) -> np.ndarray:
    """The ratio of two sums over accounts."""
    by_account = weights.accounts[:, of]
    return _ratio(by_account @ numerators[of], by_account @ denominators[of])


def _summed(deals: pd.DataFrame, column: str, weights: Weights) -> np.ndarray:
    """The sum of a column over deals, each weighed as its account."""
    return weights.accounts[:, deals["place"]] @ deals[column].to_numpy(float)


def _cost_per_arr(
    book: Book, scope: Scope, motion: str, weights: Weights
) -> np.ndarray:
    """What was spent, a sales cycle before, on the deals that closed, per ARR won.

    Costs are booked for the company. A scope bears them in proportion to the days that
    its closed deals, won or lost, were in the pipeline.
    """
    kind, _ = MOTIONS[motion]
    costs = book.costs[motion].to_dict()
    paid_in = {
        month: costs[before]
        for month in range(weights.months.shape[1])
        if (before := book.first_month + month - scope.lags[motion]) in costs
    }
    deals = book.deals[book.deals["month"].isin(paid_in) & (book.deals["type"] == kind)]
    own = deals[deals["place"].isin(scope.places) & deals["is_won"]]
    monthly = _mean(np.array(list(paid_in.values())), weights.months[:, list(paid_in)])
    borne = monthly * len(paid_in) * _share_of_days(deals, scope, weights)
    return _ratio(borne, _summed(own, "arr", weights))


def _cost_of_a_month(
    book: Book, scope: Scope, motion: str, weights: Weights
) -> np.ndarray:
    """Mean cost of a month of the last year, borne as in `_cost_per_arr`."""
    costs = book.costs[motion]
    since = max(book.last_month - YEAR + 1, book.first_month)
    recent = costs[(costs.index >= since) & (costs.index <= book.last_month)]
    places = recent.index.to_numpy(int) - book.first_month
    monthly = _mean(recent.to_numpy(float), weights.months[:, places])
    deals = book.deals[book.deals["type"] == MOTIONS[motion][0]]
    return monthly * _share_of_days(deals, scope, weights)


def _share_of_days(deals: pd.DataFrame, scope: Scope, weights: Weights) -> np.ndarray:
    """The share of a scope in the days that deals were in the pipeline."""
    own = deals[deals["place"].isin(scope.places)]
    return _ratio(_summed(own, "days", weights), _summed(deals, "days", weights))


def _cycle(deals: pd.DataFrame, weights: Weights) -> np.ndarray:
    """Mean months from creation to close of the deals won."""
    won = deals[deals["is_won"]]
    n_won = weights.accounts[:, won["place"]].sum(axis=1)
    return _ratio(_summed(won, "days", weights), n_won) / DAYS_A_MONTH


def _won_in_a_month(book: Book, scope: Scope, weights: Weights) -> np.ndarray:
    """New-logo ARR won in a month of the last year; NaN if no deal ever closed."""
    deals = _of(book, MOTIONS["new"][0], scope.places)
    if deals.empty:
        return np.full(len(weights.accounts), np.nan)
    last_place = book.last_month - book.first_month
    recent = deals[deals["is_won"] & (deals["month"] > last_place - YEAR)]
    return _summed(recent, "arr", weights) / YEAR


def _growth(
    book: Book, scope: Scope, weights: Weights, horizon: np.ndarray
) -> dict[str, np.ndarray]:
    """How much those that expand grow by, and the ARR customers have room for.

    The chance of a customer is that of the model in use, else the share of its scope
    that expanded; an account may expand again in each stretch of outcome months.
    """
    cases = book.cases[book.cases["place"].isin(scope.places)]
    by_case = weights.accounts[:, cases["place"]]
    share = _ratio(by_case @ cases["is_expanded"].to_numpy(float), by_case.sum(axis=1))
    uplift = _weighted_median(cases[cases["is_expanded"]], weights)
    places = scope.places[book.is_eligible[scope.places]]
    known = cases["is_expanded"].mean() if len(cases) else np.nan
    chances = book.chances[places]
    chances = np.where(np.isnan(chances), known, chances)
    hoped = weights.accounts[:, places] @ (book.arr[places] * chances)
    # The chances are as uncertain as the share they are to add up to.
    room = hoped * _ratio(share, np.full_like(share, known)) * uplift
    return {"uplift": uplift, "whitespace_arr": room * horizon / book.outcome_months}


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


def _case_weights(book: Book, scope: Scope) -> dict[str, tuple[int, np.ndarray]]:
    """By parameter, how many cases it is from, and the ARR of each account in it."""
    of = scope.places
    cohort = of[book.is_in_cohort[of]]
    base = of[book.openings[of] > 0]
    eligible = of[book.is_eligible[of]]
    cases = book.cases[book.cases["place"].isin(of) & book.cases["is_expanded"]]
    counted = {
        "grr_base_12m": (len(base), book.openings[base]),
        "nrr_new_cohort_12m": (len(cohort), book.starts[cohort]),
        "whitespace_arr": (len(eligible), book.arr[eligible]),
        "uplift": (len(cases), _by_account(cases)),
    }
    closed = book.deals[book.deals["type"].isin([kind for kind, _ in MOTIONS.values()])]
    own = closed[closed["place"].isin(of)]
    for name in ("budget", "share_expansion"):
        counted[name] = (len(own), _by_account(own))
    for motion, (kind, _) in MOTIONS.items():
        won = own[own["is_won"] & (own["type"] == kind)]
        for name in (f"cac_{motion}", f"cycle_months_{motion}"):
            counted[name] = (len(won), _by_account(won))
    counted["new_logo_cap_arr"] = counted["cac_new"]
    return counted


def _by_account(cases: pd.DataFrame) -> np.ndarray:
    return cases.groupby("place")["arr"].sum().to_numpy(float)


def _judged(
    name: str,
    draws: np.ndarray,
    cases: tuple[int, np.ndarray] | None,
    inputs: Inputs,
    policy: pd.DataFrame,
) -> tuple:
    """A row of the table: the range of a parameter, and what it is worth."""
    known, limits = PARAMETERS[name], policy["value"].astype(float).to_dict()
    policy_row = inputs.metric_policy.iloc[0]
    estimate = draws[0]
    low, middle, high = (
        np.full(3, np.nan)
        if np.isnan(estimate)
        else np.nanpercentile(draws[1:], PERCENTILES)
    )
    if cases is None:
        basis = _decided(policy.loc[name])
    else:
        basis = basis_of_sources(inputs.sources, known.sources, known.provenance)
    today = pd.Timestamp(policy_row["as_of_date"])
    fresh = evidence.freshness(basis, today, limits)
    worth = None
    if not np.isnan(estimate) and fresh is not None:
        worth = evidence.score(
            fresh,
            basis.coverage,
            evidence.precision(estimate, low, high),
            limits[f"provenance_{basis.provenance}"],
            None if cases is None else evidence.sufficiency(cases[1], limits),
        )
    stale_on, policy_value = evidence.stale_on(basis, limits), None
    if known.policy_key is not None:
        # A product is known no better than what it is multiplied by.
        row = policy.loc[known.policy_key]
        policy_value = float(row["value"])
        of_policy = _worth_of_policy(row, today, limits)
        worth = None if None in (worth, of_policy) else min(worth, of_policy)
        stale_on = min(stale_on, evidence.stale_on(_decided(row), limits))
    n = 0 if cases is None else cases[0]
    distribution = "bootstrap" if cases else "fixed" if low == high else "triangular"
    return (
        name,
        policy_row["reporting_currency"] if known.unit == MONEY else known.unit,
        *(estimate, low, middle, high, distribution, n),
        evidence.kind(worth, basis.provenance, n, limits),
        *(worth, evidence.grade(worth, limits)),
        *(known.tables, _day(basis.seen_on), basis.owner),
        *(_day(stale_on), known.policy_key, policy_value),
    )


def _decided(row: pd.Series) -> Basis:
    """What a value of policy rests on: somebody's word on a day."""
    return Basis(pd.Timestamp(row["decided_on"]), None, str(row["owner"]), ASSUMED)


def _worth_of_policy(
    row: pd.Series, today: pd.Timestamp, limits: dict[str, float]
) -> float | None:
    """The evidence score of a value of policy, its range that of its triangle."""
    basis = _decided(row)
    fresh = evidence.freshness(basis, today, limits)
    if fresh is None:
        return None
    drawn = _of_range(row, np.random.default_rng(SEED), DRAWS)
    low, _, high = np.percentile(drawn, PERCENTILES)
    return evidence.score(
        fresh,
        evidence.precision(float(row["value"]), low, high),
        limits[f"provenance_{basis.provenance}"],
    )


def _day(stamp: pd.Timestamp) -> dt.date | None:
    return None if pd.isna(stamp) else stamp.date()


def _mean(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The mean by draw; NaN of nothing."""
    return _ratio(weights @ values, weights.sum(axis=1))


def _ratio(numerators: np.ndarray, denominators: np.ndarray) -> np.ndarray:
    """Quotients; NaN where there is nothing to divide by."""
    is_something = denominators > 0
    return np.divide(
        numerators,
        denominators,
        out=np.full(np.shape(denominators), np.nan),
        where=is_something,
    )


def _typed(rows: list[tuple]) -> pd.DataFrame:
    """The rows as the contract wants them: numbers to six decimals, days as dates."""
    table = pd.DataFrame(rows, columns=COLUMNS)
    numbers = ["estimate", "p10", "p50", "p90", "evidence_score"]
    table[numbers] = table[numbers].astype(float).round(6)
    return table
