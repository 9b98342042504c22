"""From any figure finance shows down to the raw rows, and up again to the cent."""

import datetime as dt
import random
from decimal import ROUND_HALF_UP as HALF_UP
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

N_CELLS = 25
PERIODS_PER_YEAR = {"day": 365, "week": 52, "month": 12, "year": 1}
MOVEMENTS = ("new", "expansion", "reactivation", "contraction", "churn")
CENT = Decimal("0.01")

# The lines in a month's closing, of all accounts or of those of one scope's.
LINES = """
    select lines.*
    from marts.arr_item_months as lines
    inner join marts.products as products using (product_id)
    where lines.month_start = $month_start
        and ($scope_type <> 'product_family' or product_family = $scope_value)
"""

Row = dict[str, Any]


def query(conn: duckdb.DuckDBPyConnection, sql: str, **values: Any) -> list[Row]:
    """The rows of a query as dicts; it may leave out values it does not need."""
    needed = {name: value for name, value in values.items() if f"${name}" in sql}
    result = conn.execute(sql, needed)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def chosen(conn: duckdb.DuckDBPyConnection, mart: str) -> list[Row]:
    """The same cells of a mart each time, drawn by lot."""
    cells = query(conn, f"select * from marts.{mart} order by all")
    return random.Random(5).sample(cells, N_CELLS)


def total(rows: list[Row], column: str) -> Decimal:
    return sum((row[column] for row in rows), Decimal(0))


def arr_by_account(rows: list[Row], column: str) -> dict[str, Decimal]:
    """The sum of a column by account, without those where nothing is left."""
    sums: dict[str, Decimal] = {}
    for row in rows:
        name = row["account_id"]
        sums[name] = sums.get(name, Decimal(0)) + row[column]
    return {name: arr for name, arr in sums.items() if arr}


def of(rows: list[Row], accounts: set[str]) -> list[Row]:
    return [row for row in rows if row["account_id"] in accounts]


def assert_lines_are_raw(conn: duckdb.DuckDBPyConnection, lines: list[Row]) -> None:
    """Each line is a raw row; undiscounted, its ARR is that row's arithmetic."""
    contracts = {
        row["item_id"]: row
        for row in query(
            conn,
            """
            select items.*, subscriptions.account_id, subscriptions.currency
            from raw.billing__subscription_items as items
            inner join raw.billing__subscriptions as subscriptions
                using (subscription_id)
            """,
        )
    }
    adjustments = {
        row["adjustment_id"]: row
        for row in query(conn, "select * from raw.finance__arr_adjustments")
    }
    discounted = {
        row["subscription_id"]
        for row in query(conn, "select subscription_id from raw.billing__discounts")
    }
    for line in lines:
        if line["is_adjustment"]:
            raw = adjustments[line["item_id"]]
            arr = Decimal(raw["arr_amount"])
        else:
            raw = contracts[line["item_id"]]
            assert raw["subscription_id"] == line["subscription_id"]
            periods = PERIODS_PER_YEAR[raw["billing_interval"]]
            price = Decimal(raw["quantity"]) * Decimal(raw["unit_price"]) * periods
            arr = (price / int(raw["interval_count"])).quantize(CENT, HALF_UP)
        assert raw["account_id"] == line["source_account_id"]
        assert raw["product_id"] == line["source_product_id"]
        assert raw["currency"] == line["currency"]
        if line["subscription_id"] in discounted:
            assert line["local_arr"] <= arr
        else:
            assert line["local_arr"] == arr


def revalued(
    conn: duckdb.DuckDBPyConnection, lines: list[Row], month: dt.date
) -> list[Row]:
    """What lines are worth at a month's rates, rounded by account and product."""
    rates = {
        row["currency"]: row["rate"]
        for row in query(
            conn,
            """
            select currency, rate from intermediate.int_plan_rates_sampled_to_months
            where first_month <= $month_number and end_month > $month_number
            """,
            month_number=month.year * 12 + month.month,
        )
    }
    balances: dict[tuple[str, ...], Decimal] = {}
    for line in lines:
        key = tuple(line[name] for name in ("account_id", "currency", "product_id"))
        balances[key] = balances.get(key, Decimal(0)) + line["local_arr"]
    return [
        {"account_id": key[0], "arr": (arr * rates[key[1]]).quantize(CENT, HALF_UP)}
        for key, arr in balances.items()
    ]


def test_a_cell_of_the_bridge_drills_to_raw_rows(
    demo: duckdb.DuckDBPyConnection,
) -> None:
    n_drivers = 0
    for cell in chosen(demo, "arr_bridge_months"):
        accounts = query(
            demo,
            """
            from marts.arr_bridge_accounts
            where scope_type = $scope_type and scope_value = $scope_value
                and month_start = $month_start
            """,
            **cell,
        )
        for column in ("opening_arr", "fx_arr", "closing_arr"):
            assert total(accounts, column) == cell[column]
        for movement in MOVEMENTS:
            moved = [row for row in accounts if row["movement"] == movement]
            assert total(moved, "moved_arr") == cell[f"{movement}_arr"]
            assert len(moved) == cell[f"n_{movement}_accounts"]

        drivers = query(
            demo,
            """
            select drivers.*
            from marts.expansion_drivers as drivers
            inner join marts.products as products using (product_id)
            where month_start = $month_start
                and ($scope_type <> 'product_family' or product_family = $scope_value)
            """,
            **cell,
        )
        grown = [r for r in accounts if r["movement"] in ("expansion", "contraction")]
        drivers = of(drivers, {row["account_id"] for row in grown})
        n_drivers += len(drivers)
        by_driver = arr_by_account(drivers, "arr_delta")
        assert by_driver == arr_by_account(grown, "moved_arr")

        lines = of(query(demo, LINES, **cell), {row["account_id"] for row in accounts})
        by_line = arr_by_account(lines, "closing_arr")
        assert by_line == arr_by_account(accounts, "closing_arr")
        assert_lines_are_raw(demo, lines)
    assert n_drivers > 0


def test_a_cell_of_retention_drills_to_raw_rows(
    demo: duckdb.DuckDBPyConnection,
) -> None:
    for cell in chosen(demo, "retention_months"):
        metric = cell["metric_id"]
        lag = int(metric.rsplit("_", 1)[1].removesuffix("m"))
        accounts = query(
            demo,
            """
            from marts.retention_accounts
            where scope_type = $scope_type and scope_value = $scope_value
                and month_start = $month_start and lag_months = $lag
            """,
            **cell,
            lag=lag,
        )
        cohort = [row for row in accounts if row["opening_arr"] > 0]
        assert len(cohort) == cell["n_accounts"]
        opening = total(cohort, "opening_arr")
        numerator = {
            "net": total(accounts, "closing_arr"),
            "gross": total(accounts, "kept_arr"),
            "logo": Decimal(sum(row["is_kept"] for row in accounts)),
            "nrr": total(accounts, "opening_arr") + flow(demo, cell),
        }[metric.split("_")[0]]
        denominator = {
            "logo": Decimal(len(cohort)),
            "nrr": total(accounts, "opening_arr"),
        }.get(metric.split("_")[0], opening)
        assert (numerator, denominator) == (cell["numerator"], cell["denominator"])

        there = {row["account_id"] for row in accounts if row["closing_arr"]}
        lines = of(query(demo, LINES, **cell), there)
        by_line = arr_by_account(lines, "closing_arr")
        assert by_line == arr_by_account(accounts, "closing_arr")

        before = {row["account_id"] for row in accounts if row["opening_arr"]}
        month = cell["month_start"]
        then = (pd.Timestamp(month) - pd.DateOffset(months=lag)).date()
        opened = of(query(demo, LINES, **cell | {"month_start": then}), before)
        by_line = arr_by_account(revalued(demo, opened, month), "arr")
        assert by_line == arr_by_account(accounts, "opening_arr")
        assert_lines_are_raw(demo, lines + opened)


def test_the_analysis_of_a_retention_cell_adds_up_to_its_accounts(
    demo: duckdb.DuckDBPyConnection, compiled_folder: Path
) -> None:
    name = "from_a_retention_cell_to_contract_lines.sql"
    [path] = (compiled_folder / "target" / "compiled").rglob(name)
    sql = path.read_text(encoding="utf-8")
    for lag in (12, 3):
        cell = {"month_start": dt.date(2025, 3, 1), "lag": lag}
        of_cell = sql.replace("max(month_start)", "max(date '2025-03-01')")
        of_cell = of_cell.replace("12 as lag_months", f"{lag} as lag_months")
        lines = query(demo, of_cell)
        accounts = query(
            demo,
            """
            from marts.retention_accounts
            where scope_type = 'company' and month_start = $month_start
                and lag_months = $lag
            """,
            **cell,
        )
        for part in ("opening", "closing"):
            by_line = arr_by_account(
                [r for r in lines if r["part"] == part], "line_arr"
            )
            there = lag == 12 or part == "closing"
            expected = arr_by_account(accounts, f"{part}_arr") if there else {}
            assert by_line == expected


def flow(conn: duckdb.DuckDBPyConnection, cell: Row) -> Decimal:
    """What all accounts of a scope gained and lost in the twelve months to a month."""
    moved = query(
        conn,
        """
        from marts.arr_bridge_accounts
        where scope_type = $scope_type and scope_value = $scope_value
            and month_start > $month_start - interval 12 month
            and month_start <= $month_start
            and movement in ('expansion', 'contraction', 'churn')
        """,
        **cell,
    )
    return total(moved, "moved_arr")


@pytest.mark.parametrize("mart", ["retention_months", "arr_bridge_months"])
def test_the_cells_drawn_are_of_many_kinds(
    mart: str, demo: duckdb.DuckDBPyConnection
) -> None:
    cells = chosen(demo, mart)
    assert {cell["scope_type"] for cell in cells} >= {"company", "product_family"}
