"""Usage is packed by month and kept: a build of what changed is a build of all."""

import datetime as dt
import random
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.python.compiled_build import (
    Node,
    assert_data_tests_pass,
    build,
    dbt,
    leading_to,
    read_mart,
    run_settings,
)
from tests.python.test_door import GOOD, write

AS_OF = dt.date(2025, 6, 30)
FIRST_DAY = dt.date(2024, 6, 3)
MARTS = (
    "adoption_account_months",
    "adoption_product_months",
    "feature_adoption_months",
    "limit_utilisation_months",
)
USAGE = "product__usage_daily"
Row = dict[str, str]
Tables = dict[str, list[Row]]


def used(account: str, user: str, feature: str, day: dt.date, events: int = 3) -> Row:
    """A row of usage; on the metered feature with a quantity."""
    row = {
        "account_id": account,
        "user_id": user,
        "feature_key": feature,
        "usage_date": day.isoformat(),
        "event_count": str(events),
    }
    return row | ({"quantity": str(events * 2.5)} if feature == "calls" else {})


def company() -> Tables:
    """Three accounts with a year of use of two products, one of them metered."""
    draw = random.Random(1)
    accounts = ("A1", "A2", "A3")
    days = [FIRST_DAY + dt.timedelta(days=n) for n in range((AS_OF - FIRST_DAY).days)]
    usage = {
        (account, user, feature, day): used(account, user, feature, day)
        for account in accounts
        for user in ("U1", "U2", f"{account}-U3")
        for feature in ("boards", "reports", "calls")
        for day in draw.sample(days, 25)
    }
    contract = GOOD["billing__subscriptions"][0] | {"started_on": "2024-07-01"}
    item = GOOD["billing__subscription_items"][0] | {"valid_from": "2024-07-01"}
    return GOOD | {
        "billing__products": [
            {"product_id": "P1", "product_family": "core"},
            {"product_id": "P2", "product_family": "calls"},
        ],
        "crm__accounts": [{"account_id": account} for account in accounts],
        "billing__subscriptions": [contract],
        "billing__subscription_items": [item],
        "product__features": [
            {"feature_key": "boards", "product_id": "P1", "is_core": "true"},
            {"feature_key": "reports", "product_id": "P1", "is_core": "false"},
            {"feature_key": "calls", "product_id": "P2", "is_core": "true"},
        ],
        "product__entitlements": [
            {
                "account_id": account,
                "product_id": product,
                "meter": meter,
                "limit_quantity": limit,
                "valid_from": "2024-07-10",
            }
            for account in accounts
            for product, meter, limit in (("P1", "seats", "4"), ("P2", "calls", "90"))
        ],
        USAGE: list(usage.values()),
    }


def add_late_rows(tables: Tables, days: int) -> None:
    """Rows that come so many days after the use, with a copy and one that differs."""
    day = AS_OF - dt.timedelta(days=days)
    late = used("A1", f"late-{days}", "boards", day)
    twice = used("A2", f"twice-{days}", "calls", day)
    tables[USAGE] += [late, dict(late), twice, twice | {"quantity": "1"}]


def come_late_as_they_do(tables: Tables) -> None:
    add_late_rows(tables, 20)
    add_late_rows(tables, 44)


def change_what_is_long_past(tables: Tables) -> None:
    add_late_rows(tables, 200)
    tables[USAGE].pop(100)
    tables[USAGE] = [
        row for row in tables[USAGE] if not row["usage_date"].startswith("2024-11")
    ]


def change_what_usage_is_of(tables: Tables) -> None:
    tables["crm__accounts"][2]["merged_into_account_id"] = "A1"
    tables["product__features"][1]["is_core"] = "true"
    tables["product__entitlements"][1]["limit_quantity"] = "120"


CHANGES = (come_late_as_they_do, change_what_is_long_past, change_what_usage_is_of)
# What those changes, and another as-of date, are read by.
READERS = (
    "path:models/staging/product",
    "path:models/intermediate/adoption",
    "path:models/marts/adoption",
    "stg_crm__accounts",
    "stg_policy__metric_policy",
    "int_accounts_resolved_to_ultimate",
    "int_months",
    # Rows that are refused leave adoption unknown.
    "refused_rows",
    "incomplete_keys",
    "account_links",
    "int_refused_accounts_linked_to_present",
)


def rows_of(conn: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of the adoption marts."""
    return {
        mart: conn.execute(f"from marts.{mart} order by all").fetchall()
        for mart in MARTS
    }


def test_a_build_of_what_changed_is_a_build_of_all(
    tmp_path: Path, nodes: list[Node], parsed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw, warehouse = tmp_path / "raw", tmp_path / "warehouse.duckdb"
    monkeypatch.setenv("EXPANSION_RAW", str(raw))
    tables = company()
    adoption = leading_to(nodes, MARTS)

    def rows_kept(as_of: dt.date, *select: str) -> dict[str, list[tuple[Any, ...]]]:
        monkeypatch.setenv("EXPANSION_AS_OF", as_of.isoformat())
        kinds = ("--resource-type", "model", "--resource-type", "seed")
        chosen = ("--select", *(select or READERS))
        dbt("build", *kinds, *chosen, warehouse=warehouse, parsed=parsed)
        with duckdb.connect(str(warehouse), read_only=True) as conn:
            return rows_of(conn)

    def rows_built(as_of: dt.date) -> dict[str, list[tuple[Any, ...]]]:
        with build(adoption, run_settings(raw, as_of)) as conn:
            return rows_of(conn)

    write(raw, tables)
    first = rows_kept(AS_OF, "+path:models/marts/adoption")
    assert first == rows_built(AS_OF)
    assert all(len(rows) > 30 for rows in first.values())
    assert rows_kept(AS_OF) == first
    before = first
    for change in CHANGES:
        change(tables)
        write(raw, tables)
        after = rows_kept(AS_OF)
        assert after == rows_built(AS_OF), change.__name__
        assert after != before, change.__name__
        before = after
    before_that = AS_OF - dt.timedelta(days=40)
    assert rows_kept(before_that) == rows_built(before_that)


def test_refused_usage_says_why_and_nothing_is_lost(
    tmp_path: Path, nodes: list[Node]
) -> None:
    good = used("A1", "U1", "boards", AS_OF)
    tables = company() | {
        USAGE: [
            good,
            used("A1", "U2", "boards", AS_OF),
            used("A1", "U2", "boards", AS_OF),
            used("A1", "U3", "boards", AS_OF),
            used("A1", "U3", "boards", AS_OF, 4),
            used("A1", "U3", "boards", AS_OF - dt.timedelta(days=1)),
            good | {"user_id": ""},
            good | {"usage_date": "2025-02-30"},
            good | {"user_id": "U4", "usage_date": ""},
            good | {"user_id": "U5", "event_count": "1.5"},
            good | {"user_id": "U6", "quantity": "much"},
            good | {"account_id": "A9"},
        ]
    }
    with build(nodes, run_settings(write(tmp_path / "raw", tables), AS_OF)) as conn:
        refused = conn.execute(
            "select reason, count(*) from quarantine.refused_rows group by 1 order by 1"
        ).fetchall()
        assert refused == [
            ("account_id 'A9' is not in crm__accounts", 1),
            ("event_count '1.5' is not of type bigint (digits alone)", 1),
            ("quantity 'much' is not of type decimal (digits and a point)", 1),
            ("the key is in rows that differ", 2),
            ("usage_date '2025-02-30' is not of type date (YYYY-MM-DD)", 1),
            ("usage_date is empty", 1),
            ("user_id is empty", 1),
        ]
        [usage] = [
            row
            for row in read_mart(conn, "data_quality_summary")
            if row["table_name"] == USAGE
        ]
        counts = ("n_raw_rows", "n_staged_rows", "n_duplicate_rows")
        assert [usage[name] for name in counts] == [12, 3, 1]
        assert_data_tests_pass(conn, nodes)


def test_without_a_log_nothing_is_said_of_use(
    tmp_path: Path, nodes: list[Node]
) -> None:
    tables = company()
    del tables[USAGE]
    with build(nodes, run_settings(write(tmp_path / "raw", tables), AS_OF)) as conn:
        rows = read_mart(conn, "adoption_product_months")
        assert len(rows) == 12 * 6
        assert {row["active_users"] for row in rows} == {None}
        assert {row["breadth_rate"] for row in rows} == {None}
        assert_data_tests_pass(conn, nodes)
