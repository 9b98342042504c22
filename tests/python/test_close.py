"""A closed month stands: against later data, full refreshes, hands and sudden death."""

import csv
import datetime as dt
import multiprocessing
import random
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.cli.main import dbtRunner

from orchestration import build as main_build
from orchestration.closing import FROZEN, LedgerError, export, ledger_folder
from orchestration.door import open_door
from orchestration.settings import DEMO_AS_OF, DEMO_RAW, PROJECT, Settings, settings
from tests.python.compiled_build import Node, manifest_of, run_settings
from tests.python.golden_cases import raw_of

FORK = multiprocessing.get_context("fork")
CLOSES = [("2024-10-01", "2024-11-07"), ("2024-11-01", "2024-12-06")]
# What a close runs when nothing but the closes is new.
CLOSE = ("stg_finance__period_closes", "stg_policy__metric_policy", "models/ledger")
ALL = ("+models/ledger", "period_closes")
UNALTERED = "assert_closed_months_are_unaltered"
NO_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
QUIET = ("--quiet", "--no-write-json", "--log-level-file", "none")
KILLS = 20


@pytest.fixture(scope="module")
def manifest(parsed: Path) -> Any:
    """The project as dbt parses it, for all processes of this file."""
    return manifest_of(parsed)


@pytest.fixture(scope="module")
def built(manifest: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small company, built, two months closed and exported."""
    folder = tmp_path_factory.mktemp("built")
    raw_of("annual_price", folder / "raw")
    write_closes(folder, CLOSES)
    with pytest.MonkeyPatch.context() as environment:
        enter(environment, folder)
        assert is_done(dbt(manifest, "build", *ALL, more=NO_TESTS))
        export_frozen()
    return folder


@pytest.fixture
def company(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it for a test of its own."""
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    enter(monkeypatch, tmp_path)
    return tmp_path


def enter(environment: pytest.MonkeyPatch, folder: Path) -> None:
    environment.setenv("EXPANSION_WAREHOUSE", str(folder / "warehouse.duckdb"))
    environment.setenv("EXPANSION_RAW", str(folder / "raw"))
    environment.setenv("EXPANSION_AS_OF", "2025-03-31")


def write_closes(folder: Path, closes: list[tuple[str, str]]) -> None:
    with (folder / "raw" / "finance__period_closes.csv").open("w") as lines:
        writer = csv.writer(lines)
        writer.writerow(["month_start", "closed_on", "closed_by"])
        writer.writerows([*close, "ada"] for close in closes)


def run_dbt(manifest: Any, command: str, select: tuple[str, ...], *more: str) -> None:
    folder = settings().warehouse.parent
    folders = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    paths = ["--target-path", str(folder / "target"), "--log-path", str(folder)]
    arguments = [command, "--select", *select, *more, *folders, *paths, *QUIET]
    if not dbtRunner(manifest=manifest).invoke(arguments).success:
        raise SystemExit(1)


def dbt(manifest: Any, command: str, *select: str, more: tuple[str, ...] = ()) -> Any:
    return forked(run_dbt, manifest, command, select, *more)


def forked(work: Callable[..., None], *arguments: Any) -> Any:
    """A process of its own, which needs neither to import dbt nor to parse."""
    process = FORK.Process(target=work, args=arguments)
    process.start()
    return process


def is_done(process: Any) -> bool:
    process.join(timeout=300)
    return bool(process.exitcode == 0)


def export_frozen() -> None:
    run = settings()
    with duckdb.connect(str(run.warehouse)) as conn:
        export(conn, run, FROZEN)


def through_the_door() -> None:
    run = settings()
    with duckdb.connect(str(run.warehouse)) as conn:
        open_door(conn, run)


def query(statement: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(settings().warehouse)) as conn:
        return conn.execute(statement).fetchall()


def ledger() -> dict[str, list[tuple[Any, ...]]]:
    """All that is frozen in the warehouse."""
    return {table: query(f"from ledger.{table} order by all") for table in FROZEN}


def files() -> dict[str, list[tuple[Any, ...]]]:
    """All that is frozen in the files."""
    folder = ledger_folder(settings())
    return {
        table: duckdb.sql(f"from '{folder / table}.parquet' order by all").fetchall()
        for table in FROZEN
    }


@pytest.mark.parametrize(
    ("snapshots", "marts"),
    [
        (
            "select month_start, account_id, product_id, quantity, closing_arr, "
            "is_in_grace from ledger.arr_snapshots where closing_arr <> 0",
            "select month_start, account_id, product_id, quantity, closing_arr, "
            "is_in_grace from marts.arr_product_months",
        ),
        *(
            (
                "select month_start, * exclude (snapshot_id, month_start, metric, "
                "source_parent_account_id, source_merged_into_account_id) "
                f"from ledger.item_snapshots where metric = '{metric}'",
                f"select month_start, * exclude (month_start) from marts.{mart}",
            )
            for metric, mart in (
                ("closing_arr", "arr_item_months"),
                ("opening_arr_12m", "opening_item_months"),
            )
        ),
        (
            "select * exclude (snapshot_id) from ledger.reported_retention",
            # What of a loss is not known is said of now, not of what was reported.
            "select * exclude (n_unknown_accounts, unknown_arr) "
            "from marts.retention_months",
        ),
    ],
)
def test_frozen_figures_are_those_of_the_marts(
    demo: duckdb.DuckDBPyConnection, snapshots: str, marts: str
) -> None:
    closed = "where month_start in (select month_start from ledger.closed_months)"
    expected = f"select * from ({marts}) {closed}"
    assert demo.execute(f"select count(*) from ({expected})").fetchall()[0][0] > 5_000
    for one, other in ((snapshots, expected), (expected, snapshots)):
        assert demo.execute(f"{one} except all {other}").fetchall() == []


def test_every_close_known_by_the_as_of_date_is_frozen(
    demo: duckdb.DuckDBPyConnection,
) -> None:
    with (DEMO_RAW / "finance__period_closes.csv").open() as lines:
        closes = {
            (row["month_start"], row["closed_on"])
            for row in csv.DictReader(lines)
            if row["closed_on"] <= DEMO_AS_OF.isoformat()
        }
    found = demo.execute(
        "select month_start::varchar, closed_on::varchar from ledger.closed_months"
    ).fetchall()
    assert len(closes) > 30
    assert set(found) == closes and len(found) == len(closes)


def test_another_build_adds_nothing(company: Path, manifest: Any) -> None:
    before = ledger()
    assert len(before["closed_months"]) == 2
    assert is_done(dbt(manifest, "run", *CLOSE))
    assert ledger() == before


def test_later_data_and_a_full_refresh_leave_what_was_reported(
    company: Path, manifest: Any
) -> None:
    before = ledger()
    items = company / "raw" / "billing__subscription_items.csv"
    items.write_text(items.read_text().replace("2000.00", "3000.00"))
    write_closes(company, [("2024-10-01", "2024-11-30"), ("2024-12-01", "2025-01-08")])
    full = (*NO_TESTS, "--full-refresh")
    assert is_done(dbt(manifest, "build", *ALL, more=full))
    assert query("select max(closing_arr) from marts.arr_product_months") == [(3000,)]
    after = ledger()
    for table, rows in before.items():
        assert set(rows) < set(after[table])
    assert query(
        "select month_start::varchar, closing_arr from marts.period_closes order by 1"
    ) == [("2024-10-01", 2000), ("2024-11-01", 2000), ("2024-12-01", 3000)]
    raw_ids = {row[0] for row in query("select raw_id from ledger.closed_months")}
    assert len(raw_ids) == 2
    assert {path.name for path in (company / "warehouse.ledger/raw").iterdir()} == (
        raw_ids
    )


@pytest.mark.parametrize(
    "statement",
    [
        "update ledger.arr_snapshots set closing_arr = closing_arr + 0.01",
        "update ledger.arr_snapshots set segment = 'other'",
        "delete from ledger.item_snapshots where month_start = '2024-11-01'",
        "insert into ledger.reported_retention from ledger.reported_retention limit 1",
        "update ledger.closed_months set closing_arr = closing_arr - 0.01",
        "update ledger.closed_months set closed_by = 'bob'",
        "delete from ledger.closed_months where month_start = '2024-11-01'",
    ],
)
def test_a_hand_on_the_ledger_is_seen(
    company: Path, nodes: list[Node], statement: str
) -> None:
    [check] = [node for node in nodes if node.name == UNALTERED]
    assert query(check.sql) == []
    query(statement)
    assert 1 <= len(query(check.sql)) <= 4


def test_figures_that_fail_a_test_are_not_frozen(company: Path, manifest: Any) -> None:
    before = ledger()
    write_closes(company, [*CLOSES, ("2024-12-01", "2025-01-08")])
    query("update marts.arr_bridge_months set closing_arr = closing_arr + 0.01")
    check = "assert_products_and_accounts_add_up_to_company"
    assert not is_done(dbt(manifest, "build", check, *CLOSE))
    assert ledger() == before


def test_a_deleted_warehouse_gets_its_ledger_back(company: Path, manifest: Any) -> None:
    before = ledger()
    settings().warehouse.unlink()
    through_the_door()
    assert ledger() == before
    assert query("select raw_id from raw.run") == [(None,)]


def test_lost_months_come_back_and_new_ones_stay(company: Path, manifest: Any) -> None:
    write_closes(company, [*CLOSES, ("2024-12-01", "2025-01-08")])
    assert is_done(dbt(manifest, "run", *CLOSE))
    before = ledger()
    query("delete from ledger.closed_months where month_start = '2024-10-01'")
    query(
        "update ledger.arr_snapshots set quantity = 9 where month_start < '2024-11-01'"
    )
    through_the_door()
    assert ledger() == before


def altered(statement: str) -> tuple[str, str]:
    """A change by hand of November, and the table it is made to."""
    table = statement.split()[1]
    return table, f"{statement} where month_start = '2024-11-01'"


BY_HAND = [
    altered("update arr_snapshots set closing_arr = closing_arr + 0.01"),
    altered("update item_snapshots set source_parent_account_id = 'ACC-9'"),
    altered("update reported_retention set value = 0.99"),
    altered("update closed_months set closed_by = 'bob'"),
    altered("update closed_months set header_hash = 'x'"),
]


@pytest.mark.parametrize(("table", "statement"), BY_HAND)
def test_a_hand_on_the_warehouse_is_named_with_its_repair(
    company: Path,
    manifest: Any,
    capsys: pytest.CaptureFixture[str],
    table: str,
    statement: str,
) -> None:
    before = ledger()
    query(statement.replace(table, f"ledger.{table}"))
    assert main_build.main() == 1
    said = capsys.readouterr().err.strip()
    assert f"ledger.{table} of {settings().warehouse} is not" in said
    assert "closed of 2024-11:" in said and "\n" not in said
    [repair] = re.findall(r'run "(.+?)" on it', said)
    query(repair)
    through_the_door()
    assert ledger() == before
    assert is_done(dbt(manifest, "test", UNALTERED))


@pytest.mark.parametrize(("table", "statement"), BY_HAND)
def test_a_hand_on_a_file_is_named_with_its_repair(
    company: Path, table: str, statement: str
) -> None:
    before = files()
    file = company / "warehouse.ledger" / f"{table}.parquet"
    with duckdb.connect() as conn:
        conn.execute(f"create table {table} as from '{file}'")
        conn.execute(statement)
        conn.execute(f"copy {table} to '{file}'")
    with pytest.raises(LedgerError) as raised:
        through_the_door()
    said = str(raised.value)
    assert said.startswith(f"{file} is not what was closed of 2024-11: delete the file")
    file.unlink()
    through_the_door()
    export_frozen()
    assert files() == before == ledger()


def test_a_hand_on_both_copies_is_named(company: Path) -> None:
    query("update ledger.reported_retention set value = 0.99")
    export_frozen()
    with pytest.raises(LedgerError, match=r"of 2024-10 to .+, nor does .+ put back"):
        through_the_door()
    # A warehouse made anew has only the file to go by.
    settings().warehouse.unlink()
    with pytest.raises(LedgerError, match=r"ledger.reported_retention .+ put back"):
        through_the_door()


def test_a_hand_on_a_month_that_no_file_has_yet_closes_it_again(
    company: Path, manifest: Any
) -> None:
    write_closes(company, [*CLOSES, ("2024-12-01", "2025-01-08")])
    assert is_done(dbt(manifest, "run", *CLOSE))
    before = ledger()
    query("delete from ledger.item_snapshots where month_start = '2024-12-01'")
    with pytest.raises(LedgerError, match="of 2024-12, and no file has it") as raised:
        through_the_door()
    query(re.findall(r'run "(.+?)" on it', str(raised.value))[0])
    assert is_done(dbt(manifest, "run", *CLOSE))
    assert ledger() == before


def test_two_closes_of_a_month_are_named(company: Path, manifest: Any) -> None:
    """Each is what was closed, by builds that did not know of each other."""
    exported = company / "warehouse.ledger"
    exported.rename(company / "aside")
    query("drop schema ledger cascade")
    write_closes(company, [("2024-10-01", "2024-11-08"), CLOSES[1]])
    assert is_done(dbt(manifest, "run", *CLOSE))
    shutil.rmtree(exported)
    (company / "aside").rename(exported)
    before = files()
    with pytest.raises(LedgerError, match=r"other things than .+ to 2024-11:") as said:
        through_the_door()
    query(re.findall(r'run "(.+?)" on it', str(said.value))[0])
    through_the_door()
    assert ledger() == before


def test_a_deleted_export_is_written_again(company: Path) -> None:
    before = files()
    assert before == ledger()
    for table in ("item_snapshots", "closed_months"):
        (company / "warehouse.ledger" / f"{table}.parquet").unlink()
    through_the_door()
    export_frozen()
    assert files() == before


def test_the_raw_rows_of_a_close_are_a_raw_folder_of_their_own(company: Path) -> None:
    [(raw_id,)] = query("select distinct raw_id from ledger.closed_months")
    kept = company / "warehouse.ledger" / "raw" / raw_id
    names = {path.stem for path in kept.iterdir()}
    assert names == {path.stem for path in (company / "raw").iterdir()}
    for folder, policy, expected in (
        (kept, {}, raw_id),
        (company / "raw", {}, raw_id),
        (company / "raw", {"renewal_grace_days": 0}, None),
        (raw_of("annual_price", company / "no_closes"), {}, None),
    ):
        run = run_settings(folder, dt.date(2025, 3, 31), policy)
        assert raw_id_of(run) == expected
    before = (company / "raw" / "crm__accounts.csv").read_text()
    (company / "raw" / "crm__accounts.csv").write_text(before.replace("US", "CA"))
    assert raw_id_of(run_settings(company / "raw", run.as_of)) != raw_id


def raw_id_of(run: Settings) -> Any:
    with duckdb.connect() as conn:
        open_door(conn, run)
        return conn.execute("select raw_id from raw.run").fetchall()[0][0]


def close_and_export(manifest: Any) -> None:
    run_dbt(manifest, "run", CLOSE)
    export_frozen()


def test_twenty_sudden_deaths_lose_nothing(
    company: Path, built: Path, manifest: Any
) -> None:
    draw = random.Random(20260630)
    before = ledger()
    write_closes(company, [*CLOSES, ("2024-12-01", "2025-01-08")])
    shutil.copytree(company, company / "never_killed")
    with pytest.MonkeyPatch.context() as environment:
        enter(environment, company / "never_killed")
        started = time.monotonic()
        assert is_done(forked(close_and_export, manifest))
        seconds = time.monotonic() - started
        expected = ledger()
        assert files() == expected
    deaths = 0
    for _ in range(KILLS):
        process = forked(close_and_export, manifest)
        process.join(timeout=draw.random() * seconds)
        deaths += process.is_alive()
        process.kill()
        process.join()
        through_the_door()
        # A month is closed with all its rows or not at all; the past stands.
        closed = ledger()["closed_months"]
        assert closed in (before["closed_months"], expected["closed_months"])
        if closed == expected["closed_months"]:
            assert ledger() == expected
            shutil.rmtree(company / "warehouse.ledger")
            shutil.copytree(built / "warehouse.ledger", company / "warehouse.ledger")
            shutil.copy(built / "warehouse.duckdb", company)
    assert deaths >= KILLS // 2
    assert is_done(forked(close_and_export, manifest))
    assert ledger() == files() == expected
