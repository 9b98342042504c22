"""A ledger of an earlier version opens with every figure, or says what to do.

`tests/ledgers/layout_<n>` is what a version of that layout left of a small company, as
it was written then: 10,000.00 EUR of Meyer, 12,000.00 from 10 July 2024 on, at a plan
rate of 1.10 in June 2024 and of 1.05 from July on, 333.33 EUR of Nadel, 8,000.00 USD of
Stanton.
"""

import datetime as dt
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from orchestration.closing import HEADER, LedgerError, ledger_folder
from orchestration.layout import upgrade_files
from orchestration.migrations import LAYOUT, STEPS
from orchestration.settings import PROJECT, settings
from tests.python.compiled_build import manifest_of
from tests.python.test_close import (
    ALL,
    NO_TESTS,
    UNALTERED,
    dbt,
    export_frozen,
    is_done,
    query,
    through_the_door,
)

LEDGERS = PROJECT / "tests" / "ledgers"
MAY, JUNE = dt.date(2025, 5, 1), dt.date(2025, 6, 1)
# 12,000 at 1.05, 333.33 at 1.05 and 8,000; before, 10,000 at 1.05: NRR looks back at
# the plan rate of the month.
CLOSING = {
    dt.date(2024, 6, 1): Decimal("19366.66"),
    dt.date(2024, 7, 1): Decimal("20950.00"),
    MAY: Decimal("20950.00"),
    JUNE: Decimal("20950.00"),
}
OPENING = {MAY: Decimal("18850.00"), JUNE: Decimal("18850.00")}
NRR = Decimal("1.111406")


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The company of layout 2: its files and a warehouse that has the same tables."""
    shutil.copytree(LEDGERS / "layout_2", tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("EXPANSION_WAREHOUSE", str(tmp_path / "warehouse.duckdb"))
    monkeypatch.setenv("EXPANSION_RAW", str(tmp_path / "raw"))
    monkeypatch.setenv("EXPANSION_AS_OF", "2025-07-31")
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as conn:
        conn.execute("create schema ledger")
        for file in (tmp_path / "warehouse.ledger").glob("*.parquet"):
            conn.execute(f"create table ledger.{file.stem} as from '{file}'")
    return tmp_path


def said() -> str:
    with pytest.raises(LedgerError) as raised:
        through_the_door()
    sentence = str(raised.value)
    assert "\n" not in sentence and len(sentence) <= 420
    return sentence


def assert_all_is_there() -> None:
    assert dict(query("select month_start, closing_arr from ledger.closed_months")) == (
        CLOSING
    )
    by_item = "select month_start, sum(arr) from ledger.item_snapshots where metric = "
    assert dict(query(f"{by_item} 'closing_arr' group by all")) == CLOSING
    assert dict(query(f"{by_item} 'opening_arr_12m' group by all")) == OPENING
    by_account = "select month_start, sum({}) from ledger.arr_snapshots group by all"
    assert dict(query(by_account.format("closing_arr"))) == CLOSING
    # What was not frozen is not known, and not 0.
    assert set(query(by_account.format("opening_arr_1m"))) == {
        (month, None) for month in CLOSING
    }
    reported = query(
        "select month_start, value from ledger.reported_retention where scope_type = "
        "'company' and metric_id = 'net_revenue_retention_12m' and value is not null"
    )
    assert dict(reported) == {MAY: NRR, JUNE: NRR}


def test_every_layout_is_stored_and_led_on() -> None:
    assert max(STEPS) == LAYOUT and min(STEPS) == 3
    for layout in STEPS:
        assert (LEDGERS / f"layout_{layout - 1}" / "raw").is_dir()


@pytest.mark.parametrize("lost", ["nothing", "warehouse", "files"])
def test_a_ledger_of_layout_2_opens(old: Path, lost: str) -> None:
    if lost == "warehouse":
        settings().warehouse.unlink()
    if lost == "files":
        shutil.rmtree(ledger_folder(settings()))
    through_the_door()
    assert_all_is_there()
    assert query("from ledger.layout") == [(LAYOUT,)]
    # A second time there is nothing to do, and nothing to complain of.
    through_the_door()
    assert_all_is_there()
    names = {path.name for path in old.iterdir()}
    assert ("warehouse.ledger.layout-2" in names) is (lost != "files")
    assert not names & {"warehouse.ledger.half", "warehouse.ledger.next"}


def test_old_hashes_are_kept_and_the_old_folder_is_as_it_was(old: Path) -> None:
    stored = LEDGERS / "layout_2" / "warehouse.ledger"
    through_the_door()
    kept = query(
        "select month_start, old_hash from ledger.rehashed "
        "where table_name = 'arr_snapshots' order by 1"
    )
    headers = f"from '{stored / HEADER}.parquet'"
    assert (
        kept
        == duckdb.sql(
            f"select month_start, content_hash {headers} order by 1"
        ).fetchall()
    )
    aside = old / "warehouse.ledger.layout-2"
    for file in stored.rglob("*.parquet"):
        assert (aside / file.relative_to(stored)).read_bytes() == file.read_bytes()
    raw = {path.name for path in (old / "warehouse.ledger").glob("raw/*/*")}
    assert raw == {path.name for path in stored.glob("raw/*/*")} and raw


def test_the_next_close_is_added_and_what_is_unknown_is_not_told(
    old: Path, parsed: Path
) -> None:
    with (old / "raw" / "finance__period_closes.csv").open("a") as lines:
        lines.write("2025-07-01,2025-07-31,ada\n")
    (old / "raw" / "finance__period_closes.csv").write_text(
        (old / "raw" / "finance__period_closes.csv")
        .read_text()
        .replace("2025-07-01,2025-07-31", "2025-07-01,2025-08-05")
    )
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("EXPANSION_AS_OF", "2025-08-31")
        marts = (*ALL, "+retention_restatements", "+restatements")
        manifest: Any = manifest_of(parsed)
        assert is_done(dbt(manifest, "build", *marts, more=NO_TESTS))
        checks = (UNALTERED, "int_snapshots_placed_in_scopes", "retention_restatements")
        more = ("--exclude-resource-type", "unit_test")
        assert is_done(dbt(manifest_of(parsed), "test", *checks, more=more))
        export_frozen()
        through_the_door()
    july = dt.date(2025, 7, 1)
    closing = dict(query("select month_start, closing_arr from marts.period_closes"))
    assert closing == CLOSING | {july: CLOSING[JUNE]}
    assert query("select count(*) from marts.restatements") == [(0,)]
    moved = query(
        "select distinct month_start = '2025-07-01', scope_type = 'company', "
        "metric_id like '%12m', moved_denominator_delta "
        "from marts.retention_restatements where metric_id <> 'nrr_flow_12m'"
    )
    assert set(moved) == {
        (is_july, is_company, is_long, Decimal("0.00") if is_known else None)
        for is_july in (True, False)
        for is_company in (True, False)
        for is_long in (True, False)
        for is_known in [is_july or (is_company and is_long)]
    }


ALTERED = [
    ("arr_snapshots", "update {} set closing_arr = closing_arr + 0.01 where {}"),
    ("item_snapshots", "update {} set local_arr = local_arr + 1 where {}"),
    ("opening_item_snapshots", "delete from {} where {}"),
    ("reported_retention", "update {} set value = 0.99 where {}"),
    ("closed_months", "update {} set closing_arr = closing_arr + 1 where {}"),
]


@pytest.mark.parametrize(("table", "statement"), ALTERED)
def test_a_changed_warehouse_is_named_before_anything_is_migrated(
    old: Path, table: str, statement: str
) -> None:
    query(statement.format(f"ledger.{table}", f"month_start = '{MAY}'"))
    sentence = said()
    assert f"{table} of {settings().warehouse}" in sentence and "2025-05" in sentence
    assert query("select count(*) from ledger.opening_item_snapshots")[0][0] > 0
    repair = sentence[sentence.index('run "') + 5 : sentence.index('" on it')]
    query(repair)
    through_the_door()
    assert_all_is_there()


@pytest.mark.parametrize(("table", "statement"), ALTERED)
def test_changed_files_are_named_before_anything_is_migrated(
    old: Path, table: str, statement: str
) -> None:
    folder = ledger_folder(settings())
    file = folder / f"{table}.parquet"
    whole = file.read_bytes()
    with duckdb.connect() as conn:
        conn.execute(f"create table {table} as from '{file}'")
        conn.execute(statement.format(table, f"month_start = '{MAY}'"))
        conn.execute(f"copy {table} to '{file}'")
    assert f"{table} of {folder} is not what was closed of 2025-05" in said()
    assert {path.name for path in old.iterdir()} == {
        *("raw", "warehouse.duckdb", "warehouse.ledger")
    }
    file.write_bytes(whole)
    through_the_door()
    assert_all_is_there()


def test_a_missing_file_is_named(old: Path) -> None:
    (ledger_folder(settings()) / "arr_snapshots.parquet").unlink()
    assert "arr_snapshots.parquet is missing" in said()


def test_a_layout_without_a_step_says_what_to_move(old: Path) -> None:
    query("alter table ledger.closed_months drop column openings_hash")
    query("drop table ledger.opening_item_snapshots")
    sentence = said()
    assert "warehouse.duckdb has ledger layout 1" in sentence
    assert "move warehouse.duckdb and warehouse.ledger into another folder" in sentence


def test_a_layout_of_a_later_version_is_left_alone(old: Path) -> None:
    through_the_door()
    query(f"update ledger.layout set version = {LAYOUT + 1}")
    assert f"has ledger layout {LAYOUT + 1}, newer than {LAYOUT}" in said()


def test_layout_3_did_not_say_so_and_opens(old: Path) -> None:
    through_the_door()
    for table in ("layout", "rehashed"):
        query(f"drop table ledger.{table}")
        (ledger_folder(settings()) / f"{table}.parquet").unlink()
    through_the_door()
    assert_all_is_there()
    assert query("from ledger.layout") == [(LAYOUT,)]


def test_what_an_earlier_version_built_is_not_published(
    definitions: dg.Definitions,
) -> None:
    assert definitions
    from orchestration.defs.ledger import drop_left

    with duckdb.connect() as conn:
        for schema in ("marts", "intermediate", "main"):
            conn.execute(f"create schema if not exists {schema}")
            conn.execute(f"create table {schema}.kept as select 1 as one")
        conn.execute("create view marts.left_over as from intermediate.kept")
        conn.execute("create table marts.old as select 1 as one")
        drop_left(conn, {("marts", "kept")})
        left = conn.execute(
            "select concat(table_schema, '.', table_name) "
            "from information_schema.tables order by 1"
        ).fetchall()
    assert left == [("main.kept",), ("marts.kept",)]


def test_a_change_of_folders_cut_short_is_ended(old: Path) -> None:
    upgrade_files(settings())
    folder = ledger_folder(settings())
    # Between the two renames: the old one is away, the new one not there yet.
    folder.rename(folder.with_name(f"{folder.name}.next"))
    through_the_door()
    assert_all_is_there()
    assert not folder.with_name(f"{folder.name}.next").exists()
