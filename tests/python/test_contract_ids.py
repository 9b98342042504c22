"""Closed months of a company whose billing system gives its contracts other ids.

As of 10 April 2025 January to March are closed: acme has 10 seats of core at 100 and 4
of data at 50 a month (12,000 and 2,400), birch 5 of core at 100 (6,000). A month later
the source knows acme under other ids, from the first day on.
"""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.python.compiled_build import (
    Node,
    assert_data_tests_pass,
    build,
    leading_to,
    rebuild,
    run_settings,
)
from tests.python.raw_folders import Row, Tables, write_folder

CLOSED_AS_OF, NOW = dt.date(2025, 4, 10), dt.date(2025, 5, 10)
MARTS = (
    *("restatements", "restated_items", "retention_restatements"),
    *("revenue_doubts", "expansion_drivers", "arr_account_months"),
)
MONTHS = ("2025-01-01", "2025-02-01", "2025-03-01")
ITEMS = [("item", "core_1", "core_2"), ("item", "data_1", "data_2")]
CONTRACT = [("subscription", "s_1", "s_2")]


def subscription(name: str, account: str) -> Row:
    """A contract since January of the year before."""
    return {
        "subscription_id": name,
        "account_id": account,
        "currency": "USD",
        "started_on": "2024-01-01",
    }


def item(
    name: str, contract: str, product: str, quantity: int, price: int, **more: str
) -> Row:
    """A monthly line since January of the year before."""
    return {
        "item_id": name,
        "subscription_id": contract,
        "product_id": product,
        "charge_type": "recurring",
        "billing_interval": "month",
        "interval_count": "1",
        "quantity": str(quantity),
        "unit_price": str(price),
        "valid_from": "2024-01-01",
    } | more


def company(*items: Row, named: list[tuple[str, str, str]] | None = None) -> Tables:
    """Acme with these lines, birch, the closes, and the ids that the source names."""
    lines = [*items, item("birch", "s_birch", "core", 5, 100)]
    contracts = sorted({row["subscription_id"] for row in items})
    return {
        "billing__products": [
            {"product_id": product, "product_family": product}
            for product in ("core", "data")
        ],
        "billing__subscriptions": [
            *(subscription(name, "acme") for name in contracts),
            subscription("s_birch", "birch"),
        ],
        "billing__subscription_items": lines,
        "billing__contract_migrations": [
            {
                "id_kind": id_kind,
                "old_id": old_id,
                "new_id": new_id,
                "effective_on": "2025-04-20",
            }
            for id_kind, old_id, new_id in named or []
        ],
        "crm__accounts": [{"account_id": one} for one in ("acme", "birch")],
        "finance__period_closes": [
            {"month_start": month, "closed_on": "2025-04-08", "closed_by": "ada"}
            for month in MONTHS
        ],
    }


def lines(number: int, core: int = 100, **more: str) -> list[Row]:
    """Acme's two lines, under the ids of the first or the second system."""
    return [
        item(f"core_{number}", f"s_{number}", "core", 10, core, **more),
        item(f"data_{number}", f"s_{number}", "data", 4, 50, **more),
    ]


Story = Callable[[Tables], duckdb.DuckDBPyConnection]


@pytest.fixture(scope="module")
def close_nodes(nodes: list[Node]) -> list[Node]:
    """What restatements are made of, and what guards them."""
    return leading_to(nodes, MARTS)


@pytest.fixture
def told(close_nodes: list[Node], tmp_path: Path) -> Story:
    """Builds and closes, and builds again on the raw rows of a month later."""

    def tell(later: Tables, before: Tables | None = None) -> duckdb.DuckDBPyConnection:
        write_folder(before or company(*lines(1)), tmp_path / "before")
        conn = build(close_nodes, run_settings(tmp_path / "before", CLOSED_AS_OF))
        assert conn.execute("select count(*) from ledger.closed_months").fetchall() == [
            (3,)
        ]
        write_folder(later, tmp_path / "later")
        rebuild(conn, close_nodes, run_settings(tmp_path / "later", NOW))
        assert_data_tests_pass(conn, close_nodes)
        return conn

    return tell


def restated(conn: duckdb.DuckDBPyConnection, metric: str = "closing_arr") -> Any:
    """Cause -> what it adds to March."""
    return dict(
        conn.execute(
            """
            select cause, sum(delta) from marts.restatements
            where month_start = '2025-03-01' and metric = ?
            group by cause
            """,
            [metric],
        ).fetchall()
    )


def all_rows(conn: duckdb.DuckDBPyConnection) -> int:
    """How many differences there are of all months and openings."""
    [(count,)] = conn.execute(
        "select (select count(*) from marts.restatements) "
        "+ (select count(*) from marts.restated_items)"
    ).fetchall()
    return int(count)


def test_unnamed_a_new_id_is_a_line_deleted_and_one_booked_late(told: Story) -> None:
    conn = told(company(*lines(2)))
    assert restated(conn) == {"source_delete": -14400, "late_booking": 14400}


@pytest.mark.parametrize(
    "named",
    [ITEMS, CONTRACT, [*CONTRACT, *ITEMS]],
    ids=["lines", "contract", "both"],
)
def test_named_it_is_no_difference_at_all(
    named: list[tuple[str, str, str]], told: Story
) -> None:
    assert all_rows(told(company(*lines(2), named=named))) == 0


def test_a_chain_of_systems_leads_to_the_present_id(told: Story) -> None:
    named = [
        *(("item", f"{one}_1", f"{one}_2") for one in ("core", "data")),
        *(("item", f"{one}_2", f"{one}_3") for one in ("core", "data")),
    ]
    assert all_rows(told(company(*lines(3), named=named))) == 0


def test_a_migration_of_a_later_day_is_not_followed_yet(told: Story) -> None:
    later = company(*lines(2), named=ITEMS)
    for row in later["billing__contract_migrations"]:
        row["effective_on"] = "2025-05-11"
    assert set(restated(told(later))) == {"source_delete", "late_booking"}


@pytest.mark.parametrize("named", [ITEMS, CONTRACT], ids=["lines", "contract"])
def test_another_price_beside_another_id_is_the_price_alone(
    named: list[tuple[str, str, str]], told: Story
) -> None:
    conn = told(company(*lines(2, core=110), named=named))
    assert restated(conn) == {"price_correction": 1200}
    assert restated(conn, "opening_arr_12m") == {"price_correction": 1200}


def test_what_is_new_or_gone_beside_it_is_told(told: Story) -> None:
    """Data came to an end on 10 March, under the new id; api is booked since."""
    later = company(
        item("core_2", "s_2", "core", 10, 100),
        item("data_2", "s_2", "data", 4, 50, valid_to="2025-03-10"),
        item("more_2", "s_2", "core", 1, 100, valid_from="2025-03-05"),
        named=[*CONTRACT, *ITEMS],
    )
    assert restated(told(later)) == {"backdated_cancel": -2400, "late_booking": 1200}


def test_several_lines_that_became_one_are_compared_as_a_whole(told: Story) -> None:
    before = company(
        item("a_1", "s_1", "core", 6, 100), item("b_1", "s_1", "core", 4, 100)
    )
    named = [("item", "a_1", "c_2"), ("item", "b_1", "c_2")]
    later = company(item("c_2", "s_2", "core", 10, 100), named=named)
    assert all_rows(told(later, before)) == 0


def test_lines_of_two_products_that_became_one_are_told_apart(told: Story) -> None:
    named = [("item", "core_1", "all_2"), ("item", "data_1", "all_2")]
    conn = told(company(item("all_2", "s_2", "core", 12, 100), named=named))
    assert restated(conn) == {}
    by_product = conn.execute(
        """
        select product_id, sum(delta) from marts.restated_items
        where month_start = '2025-03-01' and metric = 'closing_arr'
        group by product_id order by product_id
        """
    ).fetchall()
    assert by_product == [("core", Decimal(2400)), ("data", Decimal(-2400))]


@pytest.mark.parametrize("named", [ITEMS, CONTRACT], ids=["lines", "contract"])
def test_a_cutover_within_a_closed_month_is_no_difference(
    named: list[tuple[str, str, str]], told: Story
) -> None:
    """Both systems are in the source: one to 15 March, the other from then on."""
    later = company(
        *lines(1, valid_to="2025-03-15"),
        *lines(2, valid_from="2025-03-15"),
        named=named,
    )
    conn = told(later)
    assert all_rows(conn) == 0
    assert conn.execute("from marts.expansion_drivers").fetchall() == []


def test_an_id_that_is_unknown_is_refused_and_nothing_follows_it(told: Story) -> None:
    named = [
        ("item", "core_1", "nowhere"),
        ("subscription", "s_1", "core_2"),
        ("line", "data_1", "data_2"),
    ]
    conn = told(company(*lines(2), named=named))
    assert set(restated(conn)) == {"source_delete", "late_booking"}
    reasons = conn.execute(
        "select row_key, reason from quarantine.refused_rows order by row_key"
    ).fetchall()
    assert reasons == [
        ("item, core_1", "new_id 'nowhere' is not in the table of its id_kind"),
        (
            "line, data_1",
            "id_kind 'line' is none of subscription, item; "
            "new_id 'data_2' is not in the table of its id_kind",
        ),
        ("subscription, s_1", "new_id 'core_2' is not in the table of its id_kind"),
    ]
