"""The monthly series that charts watch, from the marts."""

import pandas as pd

from decisions.governance import numbers

COLUMNS = ["scope_type", "scope_value", "metric", "month_start", "value"]
KEY = COLUMNS[:2]
COMPANY = "company"


def monthly_series(
    retention: pd.DataFrame, costs: pd.DataFrame, lags: pd.DataFrame
) -> pd.DataFrame:
    """One row per scope, metric and month: monthly retention, win rates, costs per ARR.

    `costs` has one row per scope, motion and month with cost, arr_won, n_won and
    n_lost; `lags` the months from a cost to what it wins, by scope and motion.
    """
    monthly = retention[retention["metric_id"].str.endswith("_1m")]
    kept = monthly.rename(columns={"metric_id": "metric"})[COLUMNS].copy()
    kept.loc[kept["scope_type"] == COMPANY, "scope_value"] = COMPANY
    kept["value"] = numbers(kept["value"])
    return pd.concat([kept, _won(costs), _costs_per_arr(costs, lags)]).reset_index(
        drop=True
    )


def _won(costs: pd.DataFrame) -> pd.DataFrame:
    won, lost = numbers(costs["n_won"]), numbers(costs["n_lost"])
    rate = (won / (won + lost)).where(won + lost > 0)
    table = costs.assign(metric="win_rate_" + costs["motion"].astype(str), value=rate)
    return table[COLUMNS]


def _costs_per_arr(costs: pd.DataFrame, lags: pd.DataFrame) -> pd.DataFrame:
    """The cost of a month against the ARR won so many months later."""
    months = pd.to_datetime(costs["month_start"])
    number = months.dt.year * 12 + months.dt.month
    rows = costs.assign(number=number).merge(lags, on=[*KEY, "motion"])
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
    )[COLUMNS]
