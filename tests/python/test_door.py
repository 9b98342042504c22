"""What the door admits, refuses, counts and stops for."""

import csv
import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from orchestration.door import open_door
from orchestration.raw_sources import DoorError, contract
from tests.python.compiled_build import (
    Node,
    assert_data_tests_pass,
    build,
    read_mart,
    run_settings,
)

AS_OF = dt.date(2025, 6, 30)
GOOD = {
    "billing__products": [
        {
            "product_id": "P1",
            "product_name": "Core",
            "product_family": "core",
            "tier_rank": "1",
            "unit_of_measure": "seat",
        }
    ],
    "crm__accounts": [
        {"account_id": "A1", "account_name": "One", "created_on": "2024-01-01"}
    ],
    "billing__subscriptions": [
        {
            "subscription_id": "S1",
            "account_id": "A1",
            "currency": "USD",
            "started_on": "2024-01-01",
        }
    ],
    "billing__subscription_items": [
        {
            "item_id": "I1",
            "subscription_id": "S1",
            "product_id": "P1",
            "charge_type": "recurring",
            "billing_interval": "month",
            "interval_count": "1",
            "quantity": "10",
            "unit_price": "15.00",
            "valid_from": "2024-01-01",
        }
    ],
}
ITEM = GOOD["billing__subscription_items"][0]

# One broken row of each kind the door names: table, row, the reason it must give.
BROKEN = {
    "an empty key": (
        "billing__subscription_items",
        [ITEM | {"item_id": ""}],
        "item_id is empty",
    ),
    "a value of the wrong type": (
        "billing__subscription_items",
        [ITEM | {"item_id": "I2", "quantity": "ten"}],
        "quantity 'ten' is not of type decimal (digits and a point)",
    ),
    "a date that is none": (
        "billing__subscription_items",
        [ITEM | {"item_id": "I3", "valid_from": "2024-02-30"}],
        "valid_from '2024-02-30' is not of type date (YYYY-MM-DD)",
    ),
    "a whole number with a fraction": (
        "billing__subscription_items",
        [ITEM | {"item_id": "I4", "interval_count": "1.5"}],
        "interval_count '1.5' is not of type int (digits alone)",
    ),
    "a boolean that is neither": (
        "billing__subscription_items",
        [ITEM | {"item_id": "I5", "is_contracted_step": "yes"}],
        "is_contracted_step 'yes' is not of type boolean (true or false)",
    ),
    "an unknown enum value": (
        "billing__subscription_items",
        [ITEM | {"item_id": "I6", "billing_interval": "fortnight"}],
        "billing_interval 'fortnight' is none of day, week, month, year",
    ),
    "an interval that ends as it starts": (
        "billing__subscription_items",
        [ITEM | {"item_id": "I7", "valid_to": "2024-01-01"}],
        "valid_to is not after valid_from",
    ),
    "a core row that does not exist": (
        "billing__subscription_items",
        [ITEM | {"item_id": "I8", "product_id": "P9"}],
        "product_id 'P9' is not in billing__products",
    ),
    "a count below one": (
        "billing__subscription_items",
        [ITEM | {"item_id": "I9", "interval_count": "0"}],
        "interval_count '0' is below 1",
    ),
    "a currency with no rate": (
        "billing__subscriptions",
        [
            GOOD["billing__subscriptions"][0]
            | {"subscription_id": "S2", "currency": "CHF"}
        ],
        "currency 'CHF' has no plan rate",
    ),
    "a key in rows that differ": (
        "crm__accounts",
        [
            {"account_id": "A2", "segment": "enterprise"},
            {"account_id": "A2", "segment": "small_business"},
        ],
        "the key is in rows that differ",
    ),
    # One that counts in ARR would leave the ARR of its contract unknown.
    "more than all of it off": (
        "billing__discounts",
        [
            {
                "discount_id": "D1",
                "subscription_id": "S1",
                "percent_off": "101",
                "duration": "once",
                "valid_from": "2024-01-01",
            }
        ],
        "percent_off '101' is above 100",
    ),
}


def write(folder: Path, tables: dict[str, list[dict[str, str]]]) -> Path:
    """A raw folder of CSV files, with every column of the contract."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, rows in tables.items():
        with (folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as lines:
            writer = csv.DictWriter(lines, list(contract()[table]["columns"]))
            writer.writeheader()
            writer.writerows(rows)
    return folder


def broken(table: str, rows: list[dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    """The good company with some rows more."""
    return GOOD | {table: GOOD.get(table, []) + rows}


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse file of its own."""
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as conn:
        yield conn


@pytest.fixture(scope="module")
def with_broken_rows(
    nodes: list[Node], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The good company with every broken row."""
    tables = GOOD
    for table, rows, _ in BROKEN.values():
        tables = tables | {table: [*tables.get(table, []), *rows]}
    raw = write(tmp_path_factory.mktemp("broken") / "raw", tables)
    with build(nodes, run_settings(raw, AS_OF)) as conn:
        yield conn


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_row_is_quarantined_with_its_reason(
    kind: str, with_broken_rows: duckdb.DuckDBPyConnection
) -> None:
    table, rows, reason = BROKEN[kind]
    refused = with_broken_rows.execute(
        "select raw_row from quarantine.refused_rows "
        "where table_name = ? and reason = ?",
        [table, reason],
    ).fetchall()
    for (raw_row,), row in zip(refused, rows, strict=True):
        assert all(f'"{name}"' in raw_row for name in row)


def test_nothing_but_broken_rows_is_refused_and_the_rest_is_built(
    with_broken_rows: duckdb.DuckDBPyConnection, nodes: list[Node]
) -> None:
    refused = with_broken_rows.execute("select count(*) from quarantine.refused_rows")
    assert refused.fetchall() == [(sum(len(rows) for _, rows, _ in BROKEN.values()),)]
    [bridge] = with_broken_rows.execute(
        "select closing_arr from marts.arr_bridge_months "
        "where scope_type = 'company' and month_start = '2025-06-01'"
    ).fetchall()
    assert bridge == (1800,)
    assert_data_tests_pass(with_broken_rows, nodes)


def test_what_needs_a_refused_row_is_refused_too_and_the_rest_does_without(
    tmp_path: Path, nodes: list[Node]
) -> None:
    tables = broken(
        "billing__subscriptions",
        [
            GOOD["billing__subscriptions"][0]
            | {"subscription_id": "S2", "started_on": "?"}
        ],
    )
    tables["billing__subscription_items"] = [
        ITEM,
        ITEM | {"item_id": "I2", "subscription_id": "S2"},
    ]
    tables["crm__accounts"] = [
        *GOOD["crm__accounts"],
        {"account_id": "A2", "created_on": "2024"},
        {"account_id": "A3", "parent_account_id": "A2"},
    ]
    conn = build(nodes, run_settings(write(tmp_path / "raw", tables), AS_OF))
    refused = conn.execute(
        "select row_key, reason from quarantine.refused_rows order by row_key"
    ).fetchall()
    assert refused == [
        ("A2", "created_on '2024' is not of type date (YYYY-MM-DD)"),
        ("I2", "subscription_id 'S2' is not in billing__subscriptions"),
        ("S2", "started_on '?' is not of type date (YYYY-MM-DD)"),
    ]
    lost = conn.execute("select row_key, lost_value from quarantine.lost_references")
    assert lost.fetchall() == [("A3", "A2")]
    assert_data_tests_pass(conn, nodes)


def test_identical_copies_keep_one_and_are_counted(
    tmp_path: Path, finance_nodes: list[Node]
) -> None:
    raw = write(
        tmp_path / "raw", broken("billing__subscription_items", [ITEM, dict(ITEM)])
    )
    conn = build(finance_nodes, run_settings(raw, AS_OF))
    counted = {
        row["table_name"]: row for row in read_mart(conn, "data_quality_summary")
    }
    items = counted["billing__subscription_items"]
    assert (items["n_raw_rows"], items["n_staged_rows"]) == (3, 1)
    assert (items["n_duplicate_rows"], items["n_quarantined_rows"]) == (2, 0)
    assert len(counted) == len(contract())
    assert_data_tests_pass(conn, finance_nodes)


def test_a_schema_and_parquet_files_give_what_csv_files_give(
    tmp_path: Path, finance_nodes: list[Node]
) -> None:
    folder = write(tmp_path / "csv", GOOD)
    by_csv = build(finance_nodes, run_settings(folder, AS_OF))
    parquet = tmp_path / "parquet"
    (parquet / "billing__subscription_items").mkdir(parents=True)
    with duckdb.connect() as conn:
        for table in GOOD:
            rows = f"from read_csv('{folder / table}.csv')"
            target = parquet / f"{table}.parquet"
            if table == "billing__subscription_items":
                target = parquet / table / "part.parquet"
            conn.execute(f"copy ({rows}) to '{target}'")
    by_parquet = build(finance_nodes, run_settings(parquet, AS_OF))
    months = read_mart(by_csv, "arr_account_months")
    assert len(months) == 18
    assert read_mart(by_parquet, "arr_account_months") == months


def test_a_loaders_schema_is_read_where_it_is(
    tmp_path: Path, warehouse: duckdb.DuckDBPyConnection
) -> None:
    folder = write(tmp_path / "csv", GOOD)
    warehouse.execute("create schema landing")
    for table in GOOD:
        warehouse.execute(
            f"create table landing.raw_{table} as from read_csv('{folder / table}.csv')"
        )
    open_door(warehouse, replace(run_settings(folder, AS_OF), raw="schema:landing"))
    [[count]] = warehouse.execute(
        "select count(*) from raw.billing__subscription_items"
    ).fetchall()
    assert count == 1
    warehouse.execute(
        "insert into landing.raw_crm__accounts (account_id) values ('A2')"
    )
    [[accounts]] = warehouse.execute(
        "select count(*) from raw.crm__accounts"
    ).fetchall()
    assert accounts == 2


def stopped(folder: Path, conn: duckdb.DuckDBPyConnection) -> str:
    """The sentence with which the door stops, leaving what was there."""
    before = snapshot(conn)
    with pytest.raises(DoorError) as error:
        open_door(conn, run_settings(folder, AS_OF))
    assert snapshot(conn) == before
    assert "\n" not in str(error.value)
    return str(error.value)


def snapshot(conn: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    """Every table of the warehouse, with its rows where it has any."""
    names = conn.execute(
        "select table_schema, table_name from information_schema.tables order by all"
    ).fetchall()
    return [
        (schema, name, conn.execute(f'from "{schema}"."{name}"').fetchall())
        for schema, name in names
    ]


@pytest.fixture
def opened(
    tmp_path: Path, warehouse: duckdb.DuckDBPyConnection
) -> duckdb.DuckDBPyConnection:
    """A warehouse into which the good company was let."""
    open_door(warehouse, run_settings(write(tmp_path / "good", GOOD), AS_OF))
    return warehouse


def test_a_missing_core_table_stops(
    tmp_path: Path, opened: duckdb.DuckDBPyConnection
) -> None:
    folder = write(tmp_path / "raw", GOOD)
    (folder / "billing__products.csv").unlink()
    message = stopped(folder, opened)
    assert message == (
        f"{folder} lacks a core table: expected billing__products as .csv or .parquet."
    )


def test_a_folder_that_is_not_there_stops(
    tmp_path: Path, opened: duckdb.DuckDBPyConnection
) -> None:
    assert "there is no such folder" in stopped(tmp_path / "nowhere", opened)


@pytest.mark.parametrize(
    "tail", ["I2,S1,P1", 'I2,S1,P1,"recurring', "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o"]
)
def test_a_truncated_or_ragged_csv_stops(
    tail: str, tmp_path: Path, opened: duckdb.DuckDBPyConnection
) -> None:
    folder = write(tmp_path / "raw", GOOD)
    path = folder / "billing__subscription_items.csv"
    path.write_text(path.read_text(encoding="utf-8") + tail, encoding="utf-8")
    message = stopped(folder, opened)
    assert str(path) in message
    assert "cannot be read as table billing__subscription_items" in message


def test_an_empty_csv_and_a_broken_parquet_stop(
    tmp_path: Path, opened: duckdb.DuckDBPyConnection
) -> None:
    folder = write(tmp_path / "raw", GOOD)
    (folder / "support__tickets.csv").write_text("", encoding="utf-8")
    assert "support__tickets" in stopped(folder, opened)
    (folder / "support__tickets.csv").unlink()
    (folder / "support__tickets.parquet").write_bytes(b"PAR1 but no more")
    assert "cannot be read as table support__tickets" in stopped(folder, opened)


def test_a_file_without_a_needed_column_stops_and_names_what_was_expected(
    tmp_path: Path, opened: duckdb.DuckDBPyConnection
) -> None:
    folder = write(tmp_path / "raw", GOOD)
    (folder / "billing__products.csv").write_text("sku\nP1\n", encoding="utf-8")
    message = stopped(folder, opened)
    assert "is not a table billing__products: it lacks product_id" in message
    assert "expected columns product_id, product_name" in message


def test_a_table_that_is_there_twice_stops(
    tmp_path: Path, opened: duckdb.DuckDBPyConnection
) -> None:
    folder = write(tmp_path / "raw", GOOD)
    (folder / "crm__accounts.parquet").write_bytes(b"")
    assert "crm__accounts is in" in stopped(folder, opened)


@pytest.mark.parametrize("pointer", ["parent_account_id", "merged_into_account_id"])
def test_a_ring_of_accounts_stops_and_names_them(
    pointer: str, tmp_path: Path, opened: duckdb.DuckDBPyConnection
) -> None:
    ring = [
        {"account_id": "A2", pointer: "A3"},
        {"account_id": "A3", pointer: "A2"},
        {"account_id": "A4", pointer: "A3"},
    ]
    message = stopped(write(tmp_path / "raw", broken("crm__accounts", ring)), opened)
    assert "table crm__accounts: account_id A2, A3 lead back to themselves" in message


def test_a_ring_of_product_migrations_stops(
    tmp_path: Path, opened: duckdb.DuckDBPyConnection
) -> None:
    ring = [
        {"old_product_id": "P1", "new_product_id": "P2", "effective_on": "2025-01-01"},
        {"old_product_id": "P2", "new_product_id": "P1", "effective_on": "2025-01-01"},
    ]
    folder = write(tmp_path / "raw", GOOD | {"billing__product_migrations": ring})
    assert "old_product_id P1, P2 lead back" in stopped(folder, opened)


def test_a_ring_of_contract_migrations_stops(
    tmp_path: Path, opened: duckdb.DuckDBPyConnection
) -> None:
    """An id of a subscription and one of a line are two, whatever they are called."""
    ring = [
        {
            "id_kind": id_kind,
            "old_id": old_id,
            "new_id": new_id,
            "effective_on": "2025-01-01",
        }
        for id_kind, old_id, new_id in (
            ("item", "I1", "I2"),
            ("item", "I2", "I1"),
            ("item", "S1", "S2"),
            ("subscription", "S2", "S1"),
        )
    ]
    folder = write(tmp_path / "raw", GOOD | {"billing__contract_migrations": ring})
    message = stopped(folder, opened)
    assert "contract_migrations: old ids item I1, item I2 lead back to" in message


def test_the_same_files_are_registered_once_and_changed_ones_anew(
    tmp_path: Path, opened: duckdb.DuckDBPyConnection
) -> None:
    folder = tmp_path / "good"
    opened.execute("insert into raw.\"crm__accounts\" (account_id) values ('marker')")
    open_door(opened, run_settings(folder, AS_OF))
    count = 'select count(*) from raw."crm__accounts"'
    assert opened.execute(count).fetchall() == [(2,)]
    write(folder, broken("crm__accounts", [{"account_id": "A2"}, {"account_id": "A3"}]))
    open_door(opened, run_settings(folder, AS_OF))
    assert opened.execute(count).fetchall() == [(3,)]
