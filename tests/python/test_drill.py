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

N_CELLS = 5
PERIODS_PER_YEAR = {"day": 365, "week": 52, "month": 12, "year": 1}
MOVEMENTS = ("new", "expansion", "reactivation", "contraction", "churn")
# Each column of the bridge, and the amount of its accounts and lines that is in it.
COLUMNS = {
    "opening_arr": "opening_arr",
    "fx_arr": "fx_arr",
    "closing_arr": "closing_arr",
    "n_accounts": "closing_arr",
    **{f"{movement}_arr": "moved_arr" for movement in MOVEMENTS},
    **{f"n_{movement}_accounts": "moved_arr" for movement in MOVEMENTS},
}
METRICS = [
    *(
        f"{kind}_{lag}m"
        for kind in (
            "net_revenue_retention",
            "gross_revenue_retention",
            "logo_retention",
        )
        for lag in (1, 3, 12)
    ),
    "nrr_flow_12m",
]
CENT = Decimal("0.01")

# The lines in a month's closing, of all accounts or of those of one scope's.
LINES = """
    select lines.*
    from marts.arr_item_months as lines
    inner join marts.products as products using (product_id)
    where lines.month_start = $month_start
        and ($scope_type <> 'product_family' or product_family = $scope_value)
"""

# The lines at either end of a month, or of the months that a retention looks back.
CHANGES = """
    select lines.*
    from marts.arr_item_changes as lines
    inner join marts.products as products using (product_id)
    where lines.month_start = $month_start and lines.lag_months = $lag
        and ($scope_type <> 'product_family' or product_family = $scope_value)
"""
BRIDGE_ACCOUNTS = """
    from marts.arr_bridge_accounts
    where scope_type = $scope_type and scope_value = $scope_value
        and month_start = $month_start
"""

Row = dict[str, Any]


def query(conn: duckdb.DuckDBPyConnection, sql: str, **values: Any) -> list[Row]:
    """The rows of a query as dicts; it may leave out values it does not need."""
    needed = {name: value for name, value in values.items() if f"${name}" in sql}
    result = conn.execute(sql, needed)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def chosen(conn: duckdb.DuckDBPyConnection, mart: str, where: str) -> list[Row]:
    """The same cells of a mart each time, drawn by lot: of the company and of parts."""
    drawn = []
    for is_company in (True, False):
        sql = f"""
            from marts.{mart}
            where {where} and (scope_type = 'company') = {is_company} order by all
        """
        cells = query(conn, sql)
        drawn += random.Random(5).sample(cells, min(len(cells), N_CELLS))
    return drawn


def total(rows: list[Row], column: str) -> Decimal:
    return sum((row[column] for row in rows), Decimal(0))


def arr_by_account(rows: list[Row], column: str) -> dict[str, Decimal]:
    """The sum of a column by account, without those where nothing is left."""
    sums: dict[str, Decimal] = {}
    for row in rows:
        name = row["account_id"]
        sums[name] = sums.get(name, Decimal(0)) + row[column]
    return {name: arr for name, arr in sums.items() if arr}


def arr_by_line(rows: list[Row], column: str) -> dict[tuple[str, str], Decimal]:
    """The sum of a column by contract line, held or not, where something is left."""
    sums: dict[tuple[str, str], Decimal] = {}
    for row in rows:
        name = (row["account_id"], row["item_id"])
        sums[name] = sums.get(name, Decimal(0)) + row[column]
    return {name: arr for name, arr in sums.items() if arr}


def before(month: dt.date, lag: int) -> dt.date:
    """The month so many months before."""
    return (pd.Timestamp(month) - pd.DateOffset(months=lag)).date()


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


def assert_changes_are_raw(
    conn: duckdb.DuckDBPyConnection, cell: Row, changes: list[Row], lag: int
) -> None:
    """Both ends of the lines are contract lines of their months, and those are raw."""
    there = {row["account_id"] for row in changes}
    closing = of(query(conn, LINES, **cell), there)
    then = before(cell["month_start"], lag)
    opening = of(query(conn, LINES, **cell | {"month_start": then}), there)
    by_line = arr_by_line(changes, "closing_arr")
    assert by_line == arr_by_line(closing, "closing_arr")
    by_line = arr_by_line(changes, "opening_arr")
    assert by_line == arr_by_line(opening, "closing_arr")
    revalued_now = arr_by_account(revalued(conn, opening, cell["month_start"]), "arr")
    assert revalued_now == arr_by_account(changes, "revalued_opening_arr")
    assert_lines_are_raw(conn, closing + opening)


@pytest.mark.parametrize("column", COLUMNS)
def test_a_cell_of_the_bridge_drills_to_raw_rows(
    column: str, demo: duckdb.DuckDBPyConnection
) -> None:
    cells = chosen(demo, "arr_bridge_months", f"{column} <> 0")
    assert len({cell["scope_type"] for cell in cells}) >= 2
    amount = COLUMNS[column]
    movement = column.removeprefix("n_").rsplit("_", 1)[0]
    for cell in cells:
        accounts = query(demo, BRIDGE_ACCOUNTS, **cell)
        if amount == "moved_arr":
            accounts = [row for row in accounts if row["movement"] == movement]
        if column.startswith("n_"):
            assert len([row for row in accounts if row[amount]]) == cell[column]
        else:
            assert total(accounts, amount) == cell[column]
        names = {row["account_id"] for row in accounts if row[amount]}
        by_account = arr_by_account(accounts, amount)

        if movement in ("expansion", "contraction"):
            drivers = query(
                demo,
                """
                select drivers.*
                from marts.expansion_drivers as drivers
                inner join marts.products as products using (product_id)
                where month_start = $month_start and (
                    $scope_type <> 'product_family' or product_family = $scope_value
                )
                """,
                **cell,
            )
            assert arr_by_account(of(drivers, names), "arr_delta") == by_account

        changes = of(query(demo, CHANGES, **cell, lag=1), names)
        assert arr_by_account(changes, amount) == by_account
        assert_changes_are_raw(demo, cell, changes, 1)


@pytest.mark.parametrize("metric", METRICS)
def test_a_cell_of_retention_drills_to_raw_rows(
    metric: str, demo: duckdb.DuckDBPyConnection
) -> None:
    kind, lag = metric.split("_")[0], int(metric.rsplit("_", 1)[1].removesuffix("m"))
    cells = chosen(
        demo, "retention_months", f"metric_id = '{metric}' and denominator > 0"
    )
    assert len({cell["scope_type"] for cell in cells}) >= 2
    for cell in cells:
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
        numerator = {
            "net": total(accounts, "closing_arr"),
            "gross": total(accounts, "kept_arr"),
            "logo": Decimal(sum(row["is_kept"] for row in accounts)),
            "nrr": total(accounts, "opening_arr"),
        }[kind]
        if kind == "nrr":
            numerator += flow(demo, cell)
        denominator = {
            "logo": Decimal(len(cohort)),
            "nrr": total(accounts, "opening_arr"),
        }.get(kind, total(cohort, "opening_arr"))
        assert (numerator, denominator) == (cell["numerator"], cell["denominator"])

        names = {row["account_id"] for row in accounts}
        changes = of(query(demo, CHANGES, **cell, lag=lag), names)
        opened = arr_by_account(changes, "revalued_opening_arr")
        assert opened == arr_by_account(accounts, "opening_arr")
        there = {row["account_id"] for row in accounts if row["closing_arr"]}
        closed = arr_by_account(of(changes, there), "closing_arr")
        assert closed == arr_by_account(accounts, "closing_arr")
        assert_changes_are_raw(demo, cell, changes, lag)


def test_every_metric_of_retention_is_drilled(demo: duckdb.DuckDBPyConnection) -> None:
    found = query(demo, "select distinct metric_id from marts.retention_months")
    assert {row["metric_id"] for row in found} == set(METRICS)


def test_every_column_of_the_bridge_is_drilled(
    demo: duckdb.DuckDBPyConnection,
) -> None:
    [row, *_] = query(demo, "from marts.arr_bridge_months")
    assert set(row) - {"scope_type", "scope_value", "month_start"} == set(COLUMNS)


def analysis(folder: Path, name: str) -> str:
    [path] = (folder / "target" / "compiled").rglob(f"{name}.sql")
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("scope", ["company.all", "product_family.platform"])
def test_the_analysis_of_a_bridge_cell_adds_up_to_it(
    scope: str, demo: duckdb.DuckDBPyConnection, compiled_folder: Path
) -> None:
    """In the month of a new plan rate, when fx moves too."""
    sql = analysis(compiled_folder, "from_a_bridge_cell_to_drivers_and_contract_lines")
    scope_type, scope_value = scope.split(".")
    sql = sql.replace("'company' as scope_type", f"'{scope_type}' as scope_type")
    sql = sql.replace("'all' as scope_value", f"'{scope_value}' as scope_value")
    sql = sql.replace("max(month_start)", "max(date '2026-01-01')")
    [cell] = query(
        demo,
        """
        from marts.arr_bridge_months
        where scope_type = $scope_type and scope_value = $scope_value
            and month_start = date '2026-01-01'
        """,
        scope_type=scope_type,
        scope_value=scope_value,
    )
    for column in (name for name in COLUMNS if name.endswith("_arr")):
        rows = query(demo, sql.replace("'expansion_arr' as", f"'{column}' as"))
        lines = [row for row in rows if row["part"] == "contract line"]
        assert total(lines, "part_arr") == cell[column], column
        drivers = [row for row in rows if row["part"] == "driver"]
        has_drivers = column in ("expansion_arr", "contraction_arr")
        assert total(drivers, "part_arr") == (cell[column] if has_drivers else 0)
        by_account = {row["account_id"]: row["cell_arr"] for row in lines}
        assert arr_by_account(lines, "part_arr") == by_account


@pytest.mark.parametrize("metric", METRICS)
def test_the_analysis_of_a_retention_cell_adds_up_to_its_accounts(
    metric: str, demo: duckdb.DuckDBPyConnection, compiled_folder: Path
) -> None:
    sql = analysis(compiled_folder, "from_a_retention_cell_to_contract_lines")
    sql = sql.replace("max(month_start)", "max(date '2026-03-01')")
    sql = sql.replace("'net_revenue_retention_12m' as", f"'{metric}' as")
    lines = query(demo, sql)
    cell = {"scope_type": "company", "scope_value": "all", "metric": metric}
    cell |= {"month_start": dt.date(2026, 3, 1)}
    accounts = query(
        demo,
        """
        from marts.retention_accounts
        where scope_type = 'company' and month_start = $month_start
            and lag_months = $lag
        """,
        **cell,
        lag=int(metric.rsplit("_", 1)[1].removesuffix("m")),
    )
    is_flow = metric == "nrr_flow_12m"
    for part in ("opening", "closing"):
        by_line = arr_by_account([r for r in lines if r["part"] == part], "line_arr")
        is_there = part == "opening" or not is_flow
        expected = arr_by_account(accounts, f"{part}_arr") if is_there else {}
        assert by_line == expected
    movements = [row for row in lines if row["part"] == "movement"]
    assert total(movements, "line_arr") == (flow(demo, cell) if is_flow else 0)


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
    for month in {row["month_start"] for row in moved}:
        there = [row for row in moved if row["month_start"] == month]
        names = {row["account_id"] for row in there}
        changes = query(conn, CHANGES, **cell | {"month_start": month}, lag=1)
        by_line = arr_by_account(of(changes, names), "moved_arr")
        assert by_line == arr_by_account(there, "moved_arr")
    return total(moved, "moved_arr")
