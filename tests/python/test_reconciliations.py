"""The reconciliations find what is planted in the demo company, and nothing else."""

import csv
import datetime as dt
import shutil
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from decisions.readiness import books
from orchestration.settings import DEMO_AS_OF, DEMO_RAW
from tests.python.compiled_build import Node, build, leading_to, run_settings

SUMMARY = "reconciliation_summary"
CENT = Decimal("0.01")
CORE = (
    "billing__products.csv",
    "billing__subscriptions.csv",
    "billing__subscription_items.csv",
    "billing__fx_rates.csv",
    "crm__accounts.csv",
)


def rows(conn: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return conn.execute(query).fetchall()


def months(found: Iterable[tuple[Any, ...]]) -> list[str]:
    return [str(row[0])[:7] for row in found]


def test_every_reconciliation_agrees_in_its_last_month(
    demo: duckdb.DuckDBPyConnection,
) -> None:
    query = f"select reconciliation, month_start, state from marts.{SUMMARY}"
    found = {name: (str(month)[:7], state) for name, month, state in rows(demo, query)}
    assert found == {
        "billing": ("2026-06", "agrees"),
        "ledger": ("2026-06", "agrees"),
        # The sixty days of May are not over.
        "deals": ("2026-04", "agrees"),
        "reported_metrics": ("2026-03", "agrees"),
        "source_totals": ("2026-06", "agrees"),
    }
    checks = books(demo.sql(f"select * from marts.{SUMMARY}").df())
    assert list(checks["is_passed"]) == [True] * 5


def test_only_what_was_told_wrong_differs(demo: duckdb.DuckDBPyConnection) -> None:
    query = """
        select reconciliation, month_start from marts.reconciliation_months
        where state = 'differs' order by all
    """
    found = [(name, str(month)[:7]) for name, month in rows(demo, query)]
    assert found == [
        ("ledger", "2025-12"),
        ("ledger", "2026-01"),
        ("reported_metrics", "2025-10"),
        ("reported_metrics", "2026-01"),
    ]


def test_two_reported_figures_are_wrong(demo: duckdb.DuckDBPyConnection) -> None:
    query = """
        select month_start, metric, difference
        from marts.reconciliation_reported_metrics
        where not is_agreed order by all
    """
    [booked_early, too_high] = rows(demo, query)
    assert booked_early[1:] == ("closing_arr", Decimal("18400"))
    assert too_high[1] == "net_revenue_retention_12m"
    assert abs(too_high[2] - Decimal("0.004")) <= Decimal("0.00005")


def test_the_accrual_by_hand_is_all_that_is_unexplained(
    demo: duckdb.DuckDBPyConnection,
) -> None:
    query = """
        select month_start, unexplained_amount, unexplained_rate
        from marts.reconciliation_ledger_months order by month_start
    """
    found = {str(month)[:7]: row for month, *row in rows(demo, query)}
    accrued, reversed_ = found.pop("2025-12"), found.pop("2026-01")
    # The ledger rounds once a month, the books each product: a few cents a month.
    assert abs(accrued[0] - 12500) < 1 and abs(reversed_[0] + 12500) < 1
    assert len(found) == 40
    assert all(abs(amount) < 1 and abs(rate) < 0.01 for amount, rate in found.values())


def test_deals_that_lack_a_movement_are_changes_of_rate(
    demo: duckdb.DuckDBPyConnection,
) -> None:
    query = """
        select status, reason, count(*) from marts.reconciliation_deals group by all
    """
    found = {(status, reason): n for status, reason, n in rows(demo, query)}
    assert ("movement_without_deal", "no_deal") not in found
    assert ("deal_without_movement", "no_movement") not in found
    assert found[("matched", "agrees")] > 0.9 * 244
    assert found[("movement_without_deal", "contracted_step")] == 3
    fx = "select account_id from marts.reconciliation_deals where reason = 'fx_only'"
    assert {account for (account,) in rows(demo, fx)} >= {"ACC-0049", "ACC-0050"}
    query = """
        select opportunity_id from marts.reconciliation_deals
        where account_id = 'ACC-0022' and reason = 'fx_only' order by all
    """
    assert rows(demo, query) == [("OPP-00281",), ("OPP-00804",)]


@pytest.mark.parametrize(
    ("account", "product", "column", "amount"),
    [
        # 25 % repeating, 37.50 a month for six months; 60 once.
        ("ACC-0016", "PRD-TEAM", "price_amount", "-225.00"),
        ("ACC-0017", "PRD-TEAM", "price_amount", "-60.00"),
        # Adjustments of 2,400 for a year, and of -1,200 for seventeen months so far.
        ("ACC-0051", "PRD-BUSINESS", "unbilled_amount", "-2400.00"),
        ("ACC-0052", "PRD-BUSINESS", "unbilled_amount", "1700.00"),
    ],
)
def test_what_bills_and_contracts_treat_differently_has_its_reason(
    demo: duckdb.DuckDBPyConnection,
    account: str,
    product: str,
    column: str,
    amount: str,
) -> None:
    query = f"""
        select sum({column}) from marts.reconciliation_billing_months
        where account_id = '{account}' and product_id = '{product}'
    """
    assert rows(demo, query) == [(Decimal(amount),)]


def test_an_adjustment_not_approved_is_set_aside(
    demo: duckdb.DuckDBPyConnection,
) -> None:
    query = """
        select used_total, set_aside_total, reason
        from marts.reconciliation_source_totals
        where table_name = 'finance__arr_adjustments' and measure = 'amount'
    """
    assert rows(demo, query) == [
        (Decimal("1200.00"), Decimal("5000.00"), "not approved 5000.00")
    ]


@pytest.fixture(scope="module")
def core_nodes(nodes: list[Node]) -> list[Node]:
    """What the summary is made of, and the data tests of it."""
    return leading_to(nodes, [SUMMARY])


def test_without_a_table_nothing_is_compared(
    core_nodes: list[Node], tmp_path: Path
) -> None:
    for name in CORE:
        shutil.copy(Path(DEMO_RAW) / name, tmp_path / name)
    conn = build(core_nodes, run_settings(tmp_path, DEMO_AS_OF))
    query = f"select reconciliation, state from marts.{SUMMARY}"
    found = dict(rows(conn, query))
    assert found.pop("source_totals") == "agrees"
    assert set(found.values()) == {"not_available"} and len(found) == 4
    for mart in ("billing_months", "ledger_months", "deals", "reported_metrics"):
        assert rows(conn, f"select * from marts.reconciliation_{mart}") == [], mart
    checks = books(conn.sql(f"select * from marts.{SUMMARY}").df())
    assert list(checks["is_passed"]).count(None) == 4
    conn.close()


def test_a_ledger_five_percent_too_high_is_unexplained_in_its_month(
    demo: duckdb.DuckDBPyConnection, core_nodes: list[Node], tmp_path: Path
) -> None:
    """No part of the explanation moves with it, and the month differs."""
    raw = tmp_path / "raw"
    shutil.copytree(DEMO_RAW, raw)
    path = raw / "finance__gl_revenue.csv"
    header, *lines = read_lines(path)
    for line in lines:
        row = dict(zip(header, line, strict=True))
        if row["month_start"] == "2026-03-01" and row["gl_class"] == "recurring":
            too_high = (Decimal(row["amount"]) * Decimal("1.05")).quantize(CENT)
            line[header.index("amount")] = str(too_high)
    write_lines(path, [header, *lines])
    conn = build(core_nodes, run_settings(raw, DEMO_AS_OF))
    march = """
        select recurring_revenue, unexplained_amount, unexplained_rate, columns(
            * exclude (recurring_revenue, difference, unexplained_amount,
                unexplained_rate)
        )
        from marts.reconciliation_ledger_months
        where month_start = date '2026-03-01'
    """
    [(revenue, _, _, *parts)] = rows(demo, march)
    [(_, unexplained, rate, *parts_now)] = rows(conn, march)
    assert parts_now == parts
    assert abs(unexplained - revenue * Decimal("0.05")) < 1
    assert rate > Decimal("0.05")
    differing = """
        select reconciliation, month_start from marts.reconciliation_months
        where state = 'differs' order by all
    """
    assert set(rows(conn, differing)) - set(rows(demo, differing)) == {
        ("ledger", dt.date(2026, 3, 1))
    }
    conn.close()


def test_what_is_held_for_a_late_renewal_is_told_to_the_cent(
    demo: duckdb.DuckDBPyConnection,
) -> None:
    """Held from the end of June on: its days of the month, and nothing is unbilled."""
    query = """
        select billing.held_amount, billing.unbilled_amount, billing.reason,
            -round(sum(held.arr / 12 / day(last_day(held.valid_from))
                * (last_day(held.valid_from) - held.valid_from + 1)), 2)
        from intermediate.int_balance_gaps_held as held
        inner join marts.reconciliation_billing_months as billing
            using (account_id, product_id)
        where held.valid_to is null
            and billing.month_start = date_trunc('month', held.valid_from)
            and held.currency = 'USD'
        group by all
    """
    found = rows(demo, query)
    assert found
    for held, unbilled, reason, expected in found:
        assert abs(held - Decimal(str(expected))) < Decimal("0.01")
        assert (unbilled, reason) == (0, "held")


def rewrite(table: Path, amounts: dict[str, Decimal | None]) -> None:
    """Gives the rows of these ids another amount, or leaves them out."""
    header, *lines = read_lines(table)
    kept = [header]
    for line in lines:
        row = dict(zip(header, line, strict=True))
        amount = amounts.get(line[0], Decimal(row.get("amount") or 0))
        if amount is not None:
            kept.append([str(amount) if n == "amount" else row[n] for n in header])
    write_lines(table, kept)


def write_lines(table: Path, lines: list[list[str]]) -> None:
    with table.open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows(lines)


def read_lines(table: Path) -> list[list[str]]:
    with table.open(newline="", encoding="utf-8") as lines:
        return list(csv.reader(lines))


# Bills of whole months of June in dollars, as large as they get.
BILLS_OF_JUNE = """
    select lines.line_id, lines.amount, items.unit_price
    from staging.stg_billing__invoice_lines as lines
    inner join staging.stg_billing__subscription_items as items using (item_id)
    where lines.service_from = date '2026-06-01' and lines.currency = 'USD'
        and lines.service_to = date '2026-07-01' and lines.line_type = 'charge'
        and lines.amount = items.quantity * items.unit_price
    order by lines.amount desc limit 2
"""
DEAL_OF_APRIL = """
    select opportunity_id, movement_arr from marts.reconciliation_deals
    where reason = 'agrees' and month_start = date '2026-04-01'
    order by movement_arr desc limit 1
"""


def test_a_bill_left_out_two_seats_more_and_a_lost_deal_are_found(
    demo: duckdb.DuckDBPyConnection, core_nodes: list[Node], tmp_path: Path
) -> None:
    raw = tmp_path / "raw"
    shutil.copytree(DEMO_RAW, raw)
    (gone, not_billed, _), (more, amount, price) = rows(demo, BILLS_OF_JUNE)
    [(deal, promised)] = rows(demo, DEAL_OF_APRIL)
    rewrite(raw / "billing__invoice_lines.csv", {gone: None, more: amount + 2 * price})
    rewrite(raw / "crm__opportunities.csv", {deal: None})
    conn = build(core_nodes, run_settings(raw, DEMO_AS_OF))
    june = """
        select sum({0}_amount) from marts.reconciliation_billing_months
        where month_start = date '2026-06-01'
    """
    [(before,)] = rows(demo, june.format("unbilled"))
    assert rows(conn, june.format("unbilled")) == [(before - not_billed,)]
    assert rows(conn, june.format("quantity")) == [(2 * price,)]
    lost = (
        "select movement_arr from marts.reconciliation_deals where reason = 'no_deal'"
    )
    assert rows(conn, lost) == [(promised,)]
    query = f"select reconciliation, state from marts.{SUMMARY}"
    assert dict(rows(conn, query))["deals"] == "differs"
    conn.close()
