"""The monthly series that charts watch, from the marts."""

import numpy as np
import pandas as pd

from decisions.governance import numbers

COLUMNS = ["scope_type", "scope_value", "metric", "month_start", "value", "n"]
KEY = COLUMNS[:2]
COMPANY = "company"
# The sources of evidence that rates of ARR and of deals come from.
ARR_SOURCE, DEALS_SOURCE = "subscription_items", "opportunities"


def monthly_series(
    retention: pd.DataFrame, costs: pd.DataFrame, cycles: pd.DataFrame
) -> pd.DataFrame:
    """One row per scope, metric and month: monthly retention, win rates, costs per ARR.

    Of a proportion n says of how many cases it is, which are few in some months.

    `costs` has one row per scope, motion and month with cost, arr_won, n_won and
    n_lost; `cycles` the months from a cost to what it wins, by scope and motion.
    """
    monthly = retention[retention["metric_id"].str.endswith("_1m")]
    kept = scoped(monthly.rename(columns={"metric_id": "metric"}))
    is_count = kept["metric"].str.startswith("logo_retention")
    kept = kept.assign(
        value=numbers(kept["value"]), n=numbers(kept["denominator"]).where(is_count)
    )[COLUMNS]
    tables = [kept, _won(costs), _costs_per_arr(costs, cycles)]
    return pd.concat(tables, ignore_index=True)


def _won(costs: pd.DataFrame) -> pd.DataFrame:
    won, lost = numbers(costs["n_won"]), numbers(costs["n_lost"])
    closed = (won + lost).where(won + lost > 0)
    metric = "win_rate_" + costs["motion"].astype(str)
    return costs.assign(metric=metric, value=won / closed, n=closed)[COLUMNS]


def _costs_per_arr(costs: pd.DataFrame, cycles: pd.DataFrame) -> pd.DataFrame:
    """The cost of a month against the ARR won so many months later."""
    months = pd.to_datetime(costs["month_start"])
    number = months.dt.year * 12 + months.dt.month
    rows = costs.assign(number=number).merge(cycles, on=[*KEY, "motion"])
    spent = rows[[*KEY, "motion"]].assign(
        number=rows["number"] + numbers(rows["lag_months"]).round().astype(int),
        cost=numbers(rows["cost"]),
    )
    won = rows[[*KEY, "motion", "number", "month_start", "arr_won"]]
    table = won.merge(spent, on=[*KEY, "motion", "number"])
    arr = numbers(table["arr_won"])
    return table.assign(
        metric="cost_per_arr_" + table["motion"].astype(str),
        value=(table["cost"] / arr).where(arr > 0),
        n=np.nan,
    )[COLUMNS]


def scoped(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of a mart with scopes, the company's named as in `decisions`."""
    is_company = table["scope_type"] == COMPANY
    return table.assign(scope_value=table["scope_value"].mask(is_company, COMPANY))


def scoped_costs(costs: pd.DataFrame) -> pd.DataFrame:
    """Costs and deals by segment, motion and month, and those of the company."""
    sums = ["cost", "arr_won", "n_won", "n_lost"]
    table = costs.assign(**{name: numbers(costs[name]) for name in sums})
    company = table.groupby(["motion", "month_start"], as_index=False)[sums].sum()
    segments = table.rename(columns={"segment": "scope_value"})
    return pd.concat(
        [
            segments.assign(scope_type="segment"),
            company.assign(scope_type=COMPANY, scope_value=COMPANY),
        ],
        ignore_index=True,
    )[[*KEY, "motion", "month_start", *sums]]


def lags(assumptions: pd.DataFrame) -> pd.DataFrame:
    """The sales cycle of each scope and motion, in months; no row where it is open."""
    motions = {
        "cycle_months_expansion": "expansion",
        "cycle_months_new": "new_logo",
    }
    table = assumptions.assign(
        motion=assumptions["parameter"].map(motions),
        lag_months=numbers(assumptions["estimate"]),
    )
    return table[[*KEY, "motion", "lag_months"]].dropna().reset_index(drop=True)


def baselines(
    retention: pd.DataFrame, expansion: pd.DataFrame, costs: pd.DataFrame
) -> pd.DataFrame:
    """The rates of the last month by scope: value, what it is of, and how many cases.

    `costs` are those of scoped_costs.
    """
    rates = expansion.assign(
        metric_id="expansion_rate_12m",
        value=expansion["expansion_rate_12m"],
        denominator=expansion["opening_arr_12m"],
    )
    columns = [*KEY, "metric_id", "month_start", "value", "denominator", "n_accounts"]
    table = pd.concat([retention[columns], rates[columns]], ignore_index=True)
    last_month = table["month_start"].max()
    last = scoped(table[table["month_start"] == last_month])
    last = last.rename(columns={"n_accounts": "n"}).assign(source_id=ARR_SOURCE)
    return pd.concat([last, _shares_of_expansion(costs, last_month)], ignore_index=True)


def _shares_of_expansion(costs: pd.DataFrame, last_month: object) -> pd.DataFrame:
    """By scope, the part of the ARR won in twelve months that customers gave."""
    months = pd.to_datetime(costs["month_start"])
    since = pd.Timestamp(last_month) - pd.DateOffset(months=11)
    year = costs[(months >= since) & (months <= pd.Timestamp(last_month))]
    won = year.assign(expansion=year["arr_won"].where(year["motion"] == "expansion", 0))
    table = won.groupby(KEY, as_index=False)[["expansion", "arr_won", "n_won"]].sum()
    return pd.DataFrame(
        {
            **{name: table[name] for name in KEY},
            "metric_id": "expansion_share_of_won_arr_12m",
            "month_start": last_month,
            "value": (table["expansion"] / table["arr_won"]).where(
                table["arr_won"] > 0
            ),
            "denominator": table["arr_won"],
            "n": table["n_won"],
            "source_id": DEALS_SOURCE,
        }
    )
