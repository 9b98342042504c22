"""What the door makes of values: as the contract writes them, alike on any machine."""

import datetime as dt
import os
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.settings import PROJECT
from tests.python.compiled_build import Node, build, leading_to, read_mart, run_settings
from tests.python.test_door import AS_OF, GOOD, ITEM, broken, write

Value = Decimal | dt.date | int | None
# What is written, in which column of an item, and what it is; None is refused.
WRITTEN: list[tuple[str, str, Value]] = [
    ("quantity", "5", Decimal(5)),
    ("quantity", "+5.50", Decimal("5.5")),
    ("quantity", ".5", Decimal("0.5")),
    ("quantity", "5.", Decimal(5)),
    ("quantity", "-0.000001", Decimal("-0.000001")),
    ("quantity", "1_000", None),
    ("quantity", "1,000", None),
    ("quantity", "1e3", None),
    ("quantity", " 5 ", None),
    ("quantity", "5-", None),
    ("quantity", "0x10", None),
    ("quantity", "NaN", None),
    ("quantity", "inf", None),
    ("quantity", "\N{ARABIC-INDIC DIGIT FIVE}", None),
    ("interval_count", "3", 3),
    ("interval_count", "3.0", 3),
    ("interval_count", "3.5", None),
    ("interval_count", "3.0000000001", None),
    ("interval_count", "1_0", None),
    ("interval_count", "1e1", None),
    ("interval_count", " 3", None),
    ("interval_count", "true", None),
    ("valid_from", "2024-02-29", dt.date(2024, 2, 29)),
    ("valid_from", "2024-02-29 23:59:59.999999", dt.date(2024, 2, 29)),
    ("valid_from", "2024-02-29T00:00", dt.date(2024, 2, 29)),
    ("valid_from", "2023-02-29", None),
    ("valid_from", "2024/02/29", None),
    ("valid_from", "2024-2-29", None),
    ("valid_from", "20240229", None),
    ("valid_from", "2024-02", None),
    ("valid_from", "2024", None),
    ("valid_from", "epoch", None),
    ("valid_from", "infinity", None),
    ("valid_from", "today", None),
    ("valid_from", " 2024-02-29 ", None),
    ("valid_from", "2024-02-29 25:00:00", None),
    ("valid_from", "2024-02-29T23:30:00Z", None),
    ("valid_from", "2024-02-29 23:30:00+02", None),
    ("valid_from", "2024-02-29 23:30:00-05:00", None),
    ("valid_from", "2024-02-29 10:00 UTC", None),
    ("valid_from", "0001-01-01", None),
    ("valid_from", "0044-03-15 (BC)", None),
    ("valid_from", "1899-12-31", None),
    ("valid_from", "1900-01-01", dt.date(1900, 1, 1)),
    ("valid_from", "12024-01-01", None),
    ("valid_to", "9999-12-31", dt.date(9999, 12, 31)),
    ("valid_to", "10000-01-01", None),
]
# Written as a price of an item with a quantity: the price kept, or None if refused.
PRICES = [
    ("0.000001", "1000000000", Decimal("0.000001")),
    ("0.0000004", "1000000000", None),
    ("0.0000015", "1", None),
    ("0.0000004", "0", None),
    ("33.333333333333336", "10", Decimal("33.333333")),
    ("33.333333333333336", "1000000", None),
    ("12.5000000000", "1000000000", Decimal("12.5")),
]
OUTSIDE = [
    (
        "billing__subscription_items",
        {"quantity": "1000000000000"},
        "quantity '1000000000000' is not below 10^12",
    ),
    (
        "billing__subscription_items",
        {"unit_price": "-1" + "0" * 30},
        f"unit_price '-1{'0' * 30}' is not below 10^12",
    ),
    (
        "billing__subscription_items",
        {"unit_price": "100000000000", "quantity": "16"},
        "quantity x unit_price is not below 10^12, for its interval and for a year",
    ),
    (
        "billing__subscription_items",
        {"interval_count": "3661"},
        "interval_count '3661' is above 3660",
    ),
    (
        "billing__subscription_items",
        {"interval_count": "9999999999"},
        "interval_count '9999999999' is not below 2^31",
    ),
    (
        "billing__subscription_items",
        {"valid_from": "0001-01-01"},
        "valid_from '0001-01-01' is not from 1900-01-01 to 9999-12-31",
    ),
    (
        "billing__subscription_items",
        {"valid_from": "0044-03-15 (BC)"},
        "valid_from '0044-03-15 (BC)' is not from 1900-01-01 to 9999-12-31",
    ),
    (
        "billing__fx_rates",
        {
            "currency": "EUR",
            "rate_type": "plan",
            "valid_from": "2024-01-01",
            "rate": "10000001",
        },
        "rate '10000001' is above 10000000",
    ),
    (
        "product__usage_daily",
        {
            "account_id": "A1",
            "user_id": "U1",
            "feature_key": "F1",
            "usage_date": "2024-01-01",
            "event_count": "1000000000000",
        },
        "event_count '1000000000000' is not below 10^12",
    ),
    (
        "product__usage_daily",
        {
            "account_id": "A1",
            "user_id": "U1",
            "feature_key": "F1",
            "usage_date": "infinity",
            "event_count": "1",
        },
        "usage_date 'infinity' is not of type date (YYYY-MM-DD)",
    ),
    (
        "finance__period_closes",
        {"month_start": "2024-01-15", "closed_on": "2024-02-05"},
        "month_start '2024-01-15' is not the first day of a month",
    ),
    (
        "finance__gl_revenue",
        {
            "month_start": "2024-01-31",
            "gl_class": "recurring",
            "amount": "1",
            "currency": "USD",
        },
        "month_start '2024-01-31' is not the first day of a month",
    ),
]


@pytest.fixture(scope="module")
def door_nodes(nodes: list[Node]) -> list[Node]:
    """What stands behind the door: staging, quarantine, counts."""
    return leading_to(nodes, ["data_quality_summary"])


@pytest.fixture(scope="module")
def staged_nodes(nodes: list[Node]) -> list[Node]:
    """What is staged, and what was refused."""
    return leading_to(nodes, ["refused_rows"])


def refusals(conn: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Key of each refused row -> the reason."""
    rows = "select row_key, reason from quarantine.refused_rows"
    return dict(conn.execute(rows).fetchall())


def test_a_value_is_what_the_contract_says_it_is(
    tmp_path: Path, staged_nodes: list[Node]
) -> None:
    rows = [
        ITEM | {"item_id": f"V{number:02}", column: text}
        for number, (column, text, _) in enumerate(WRITTEN)
    ]
    raw = write(tmp_path / "raw", GOOD | {"billing__subscription_items": rows})
    conn = build(staged_nodes, run_settings(raw, AS_OF))
    found = conn.execute("from staging.stg_billing__subscription_items")
    names = [column[0] for column in found.description]
    staged = {row[0]: dict(zip(names, row, strict=True)) for row in found.fetchall()}
    refused = refusals(conn)
    for number, (column, text, value) in enumerate(WRITTEN):
        item = f"V{number:02}"
        if value is None:
            assert item not in staged, text
            assert refused[item].startswith(f"{column} '{text}' is not "), refused[item]
        else:
            assert staged[item][column] == value, text


def test_a_price_is_exact_or_refused(tmp_path: Path, staged_nodes: list[Node]) -> None:
    rows = [
        ITEM | {"item_id": f"P{number}", "unit_price": price, "quantity": quantity}
        for number, (price, quantity, _) in enumerate(PRICES)
    ]
    raw = write(tmp_path / "raw", GOOD | {"billing__subscription_items": rows})
    conn = build(staged_nodes, run_settings(raw, AS_OF))
    staged = dict(
        conn.execute(
            "select item_id, unit_price from staging.stg_billing__subscription_items"
        ).fetchall()
    )
    assert [staged.get(f"P{number}") for number in range(len(PRICES))] == [
        price for _, _, price in PRICES
    ]
    for item, reason in refusals(conn).items():
        price, quantity, _ = PRICES[int(item[1:])]
        assert reason == (
            f"unit_price '{price}' with quantity '{quantity}' needs more than six "
            "decimal places"
        )


def test_what_is_outside_the_bounds_is_refused_with_its_reason(
    tmp_path: Path, door_nodes: list[Node]
) -> None:
    tables = GOOD
    for number, (table, values, _) in enumerate(OUTSIDE):
        base = ITEM | {"item_id": f"O{number}"} if "items" in table else {}
        tables = tables | {table: [*tables.get(table, []), base | values]}
    conn = build(door_nodes, run_settings(write(tmp_path / "raw", tables), AS_OF))
    found = conn.execute("select table_name, reason from quarantine.refused_rows")
    assert sorted(found.fetchall()) == sorted(
        (table, reason) for table, _, reason in OUTSIDE
    )
    for row in read_mart(conn, "data_quality_summary"):
        assert row["n_raw_rows"] == (
            row["n_staged_rows"] + row["n_duplicate_rows"] + row["n_quarantined_rows"]
        )


STRAY: list[tuple[str, dict[str, str], str]] = [
    (
        "billing__invoice_lines",
        {
            "line_id": "L1",
            "account_id": "A1",
            "subscription_id": "S9",
            "item_id": "I9",
            "product_id": "P9",
            "line_type": "charge",
            "currency": "USD",
            "amount": "10",
            "issued_on": "2024-02-01",
        },
        "subscription_id item_id product_id",
    ),
    (
        "crm__opportunities",
        {
            "opportunity_id": "O1",
            "account_id": "A1",
            "opportunity_type": "expansion",
            "product_id": "P9",
            "amount_arr": "10",
            "currency": "USD",
            "created_on": "2024-02-01",
            "is_closed": "false",
            "is_won": "false",
        },
        "product_id",
    ),
    (
        "crm__account_plans",
        {
            "plan_id": "N1",
            "account_id": "A1",
            "status": "active",
            "target_product_id": "P9",
            "starts_on": "2024-02-01",
        },
        "target_product_id",
    ),
    (
        "crm__accounts",
        {
            "account_id": "A2",
            "parent_account_id": "A9",
            "merged_into_account_id": "A8",
        },
        "parent_account_id merged_into_account_id",
    ),
]


def test_an_optional_reference_that_leads_nowhere_is_lost_and_counted(
    tmp_path: Path, door_nodes: list[Node]
) -> None:
    tables = GOOD
    for table, row, _ in STRAY:
        tables = tables | {table: [*tables.get(table, []), row]}
    # Its own parent is a top account; nothing is lost.
    own = {"account_id": "A3", "parent_account_id": "A3"}
    tables["crm__accounts"] = [*tables["crm__accounts"], own]
    conn = build(door_nodes, run_settings(write(tmp_path / "raw", tables), AS_OF))
    assert refusals(conn) == {}
    lost = conn.execute(
        "select table_name, row_key, column_name, lost_value "
        "from quarantine.lost_references"
    ).fetchall()
    assert sorted(lost) == sorted(
        (table, next(iter(row.values())), column, row[column])
        for table, row, columns in STRAY
        for column in columns.split()
    )
    counts = {
        row["table_name"]: row["n_lost_references"]
        for row in read_mart(conn, "data_quality_summary")
    }
    assert {table: n for table, n in counts.items() if n} == {
        table: len(columns.split()) for table, _, columns in STRAY
    }
    top = conn.execute(
        "select account_id, parent_account_id, merged_into_account_id "
        "from staging.stg_crm__accounts order by 1"
    ).fetchall()
    assert top == [(name, None, None) for name in ("A1", "A2", "A3")]


def test_a_discount_of_no_item_there_is_does_not_lower_the_whole_contract(
    tmp_path: Path, staged_nodes: list[Node]
) -> None:
    discount = {
        "discount_id": "D1",
        "subscription_id": "S1",
        "item_id": "I9",
        "percent_off": "50",
        "duration": "forever",
        "valid_from": "2024-01-01",
    }
    raw = write(tmp_path / "raw", broken("billing__discounts", [discount]))
    conn = build(staged_nodes, run_settings(raw, AS_OF))
    reason = "item_id 'I9' is not in billing__subscription_items"
    assert refusals(conn) == {"D1": reason}


NATIVE = """
    select
        'I1' as item_id, 'S1' as subscription_id, 'P1' as product_id,
        'recurring' as charge_type, 'month' as billing_interval,
        cast(1 as double) as interval_count,
        cast(0.1 as double) as quantity,
        cast({price} as {kind}) as unit_price,
        timestamptz '2024-03-01 01:30:00+00' as valid_from,
        timestamp '2025-03-01 23:30:00' as valid_to
"""


def native(folder: Path, price: str, kind: str) -> Path:
    """The good company, its items as Parquet with types of their own."""
    write(folder, {name: GOOD[name] for name in GOOD if name != ITEMS})
    rows = NATIVE.format(price=price, kind=kind)
    duckdb.sql(rows).write_parquet(str(folder / f"{ITEMS}.parquet"))
    return folder


ITEMS = "billing__subscription_items"


@pytest.mark.parametrize(
    ("price", "kind", "expected"),
    [
        ("0.1", "double", "0.1"),
        ("0.00001", "double", "0.00001"),
        ("123456789.12", "double", "123456789.12"),
        ("0.1", "float", "0.1"),
        ("1e20", "double", None),
        ("'nan'", "double", None),
        ("12.5", "decimal(38, 12)", "12.5"),
        ("7", "utinyint", "7"),
        ("true", "boolean", None),
        ("'2024-01-01'", "date", None),
    ],
)
def test_a_number_is_read_as_the_decimal_it_prints_as(
    price: str,
    kind: str,
    expected: str | None,
    tmp_path: Path,
    staged_nodes: list[Node],
) -> None:
    raw = native(tmp_path / "raw", price, kind)
    conn = build(staged_nodes, run_settings(raw, AS_OF))
    found = conn.execute(
        "select interval_count, quantity, unit_price, valid_to "
        "from staging.stg_billing__subscription_items"
    ).fetchall()
    if expected is None:
        assert found == []
        assert set(refusals(conn)) == {"I1"}
    else:
        end = dt.date(2025, 3, 1)
        assert found == [(1, Decimal("0.1"), Decimal(expected), end)]


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("UTC", dt.date(2024, 3, 1)),
        ("America/New_York", dt.date(2024, 2, 29)),
        ("Asia/Tokyo", dt.date(2024, 3, 1)),
    ],
)
def test_a_timestamp_with_a_zone_is_read_in_the_zone_that_is_set(
    zone: str, day: dt.date, tmp_path: Path, staged_nodes: list[Node]
) -> None:
    raw = native(tmp_path / "raw", "15", "double")
    conn = build(staged_nodes, replace(run_settings(raw, AS_OF), zone=zone))
    staged = "select valid_from from staging.stg_billing__subscription_items"
    assert conn.execute(staged).fetchall() == [(day,)]


# Lets a folder in, as a process of its own zone would, and prints what staging sees.
LET_IN = """
import json, sys
from datetime import date
import duckdb
from orchestration.door import open_door
from orchestration.settings import Settings
from pathlib import Path
conn = duckdb.connect()
as_of = date(2025, 6, 30)
open_door(conn, Settings(sys.argv[1], Path(":memory:"), as_of, {}, "duckdb"))
rows = conn.cursor().execute(sys.argv[2]).fetchall()
print(json.dumps(rows, default=str))
"""


def test_the_same_folder_gives_the_same_under_any_zone_of_the_machine(
    tmp_path: Path,
) -> None:
    raw = native(tmp_path / "raw", "15", "double")
    parts = raw / "product__usage_daily"
    parts.mkdir()
    moment = "timestamptz '2024-03-01 01:30:00+00'"
    for name, value in (("a", moment), ("b", f"cast({moment} as varchar)")):
        duckdb.sql(
            f"select 'A1' as account_id, 'U1' as user_id, '{name}' as feature_key, "
            f"{value} as usage_date, 1 as event_count"
        ).write_parquet(str(parts / f"{name}.parquet"))
    rows = (
        "select 'i', cast(columns(*) as varchar) from raw.billing__subscription_items"
    )
    usage = "select cast(usage_date as varchar) from raw.product__usage_daily where "
    usage += "feature_key = 'a'"
    for query in (rows, usage):
        said = {zone: let_in(raw, query, zone) for zone in ZONES}
        assert len(set(said.values())) == 1, said
        assert "2024-03-01" in said["UTC"]


ZONES = ("UTC", "America/Los_Angeles", "Pacific/Kiritimati")


def let_in(raw: Path, query: str, zone: str) -> str:
    """What a query says of a folder let in by a process in a zone."""
    done = subprocess.run(
        [sys.executable, "-c", LET_IN, str(raw), query],
        cwd=PROJECT,
        env=os.environ | {"TZ": zone},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout
