"""What is billed as contracted has nothing unexplained, however its lines are cut."""

import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.python import billing_companies
from tests.python.billing_companies import AS_OF, CENT, Company
from tests.python.compiled_build import (
    Node,
    assert_data_tests_pass,
    build,
    leading_to,
    run_settings,
)

MART = "reconciliation_billing_months"
LINES = "billing__invoice_lines"
UNEXPLAINED = f"""
    select account_id, product_id, month_start, reason, difference
    from marts.{MART} where reason not in ('agrees', 'timing', 'held')
    order by all
"""


@pytest.fixture(scope="module")
def billing_nodes(nodes: list[Node]) -> list[Node]:
    """What the reconciliation of billing is made of, and its data tests."""
    return leading_to(nodes, [MART])


def built(
    nodes: list[Node], company: Company, folder: Path
) -> duckdb.DuckDBPyConnection:
    """The company's reconciliation; its data tests pass."""
    shutil.rmtree(folder, ignore_errors=True)
    billing_companies.write(company, folder)
    conn = build(nodes, run_settings(folder, AS_OF))
    assert_data_tests_pass(conn, nodes)
    return conn


@pytest.mark.parametrize("seed", range(3))
def test_what_is_billed_as_contracted_has_nothing_unexplained(
    seed: int, billing_nodes: list[Node], tmp_path: Path
) -> None:
    company = billing_companies.company(seed)
    conn = built(billing_nodes, company, tmp_path / "raw")
    counted = f"select count(distinct account_id) from marts.{MART}"
    assert conn.execute(counted).fetchall() == [(60,)]
    assert conn.execute(UNEXPLAINED).fetchall() == []
    conn.close()


def charges(company: Company) -> list[dict[str, Any]]:
    """Lines of the first account billed by items in whole, once each."""
    lines = company.tables[LINES]
    keys = [(line["item_id"], line["service_from"]) for line in lines]
    return [
        line
        for line, key in zip(lines, keys, strict=True)
        if keys.count(key) == 1
        and line["item_id"]
        and line["line_type"] == "charge"
        and line["service_to"] <= AS_OF
    ]


def test_what_is_billed_wrong_is_found_in_its_money(
    billing_nodes: list[Node], tmp_path: Path
) -> None:
    """A line left out, one that comes again, and one that is a third too dear."""
    company = billing_companies.company(0)
    accounts: dict[str, dict[str, Any]] = {}
    for line in charges(company):
        accounts.setdefault(line["account_id"], line)
    gone, again, dear = list(accounts.values())[:3]
    lines = company.tables[LINES]
    lines.remove(gone)
    lines.append(again | {"line_id": "again"})
    more = (Decimal(dear["amount"]) / 3).quantize(CENT)
    dear["amount"] += more
    conn = built(billing_nodes, company, tmp_path / "raw")
    query = f"""
        select account_id,
            sum(unbilled_amount + billed_without_contract_amount + price_amount
                + quantity_amount)
        from marts.{MART} where account_id in (select account_id from ({UNEXPLAINED}))
        group by account_id
    """
    found = dict(conn.execute(query).fetchall())
    rate = {
        line["account_id"]: Decimal("1.1") if line["currency"] == "EUR" else Decimal(1)
        for line in (gone, again, dear)
    }
    wrong = {
        gone["account_id"]: -gone["amount"],
        again["account_id"]: again["amount"],
        dear["account_id"]: more,
    }
    assert set(found) == set(wrong)
    for account, amount in wrong.items():
        off = abs(found[account] - amount * rate[account])
        assert off <= abs(amount) * Decimal("0.1"), account
    conn.close()
