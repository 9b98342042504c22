"""Publishing: people read one run, whole, whatever happens to the next."""

import csv
import dataclasses
import json
import logging
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import duckdb
import pyarrow.parquet as pq
import pytest

from orchestration import build, last_build, publish, status, summary
from orchestration.defs.publish import snapshot_of
from orchestration.lock import LockError, held
from orchestration.publish import PublishError, served, sha256
from orchestration.settings import PROJECT, Settings, SettingsError, settings
from orchestration.warehouse import Warehouse
from tests.python.golden_cases import raw_of
from tests.python.small_warehouse import AS_OF, rows_of, run_in, write_warehouse

TABLES = ("decisions/verdicts", "marts/figure_days", "marts/figures")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings of a warehouse and a folder of snapshots of their own."""
    monkeypatch.setenv("EXPANSION_WAREHOUSE", str(tmp_path / "own.duckdb"))
    monkeypatch.setenv("EXPANSION_RAW", str(raw_of("annual_price", tmp_path / "raw")))
    monkeypatch.setenv("EXPANSION_AS_OF", AS_OF)
    monkeypatch.setenv("EXPANSION_TARGET", "duckdb")
    monkeypatch.setenv("DAGSTER_DISABLE_TELEMETRY", "1")
    return tmp_path


def publish_run(number: int) -> str:
    """Builds and publishes; the id of the snapshot."""
    write_warehouse(settings().warehouse, number)
    return publish.publish(settings())


def current() -> Path:
    return settings().published / "current"


def seen() -> dict[str, tuple[str, int]]:
    """Every file people may read: what is in it, and when it was written."""
    return {
        str(path.relative_to(settings().published)): (
            sha256(path),
            path.stat().st_mtime_ns,
        )
        for path in settings().published.glob("2*/**/*")
        if path.is_file()
    }


def kept() -> set[str]:
    """What lies beside `current` and its lock."""
    names = {path.name for path in settings().published.iterdir()}
    return names - {"current", "current.lock"}


def assert_whole(folder: Path) -> None:
    """A snapshot that is what its manifest says."""
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["run_id"] == folder.name
    files = [manifest["database"]]
    files += [
        table[kind] for table in manifest["tables"] for kind in ("csv", "parquet")
    ]
    assert [sha256(folder / file["file"]) for file in files] == [
        file["sha256"] for file in files
    ]


def test_a_snapshot_holds_the_tables_three_times_and_says_what_they_are() -> None:
    run_id = publish_run(7)
    assert run_id.startswith(f"{AS_OF}-") and os.readlink(current()) == run_id
    files = {str(p.relative_to(current())) for p in current().rglob("*") if p.is_file()}
    assert files == {"expansion.duckdb", "manifest.json"} | {
        f"{kind}/{table}.{kind}" for kind in ("csv", "parquet") for table in TABLES
    }
    assert_whole(current().resolve())
    manifest = json.loads((current() / "manifest.json").read_text())
    assert (manifest["as_of"], manifest["policy_version"]) == (AS_OF, "2026.01")
    assert [table["rows"] for table in manifest["tables"]] == [1, 20, 20]
    types = {c["name"]: c["type"] for c in manifest["tables"][2]["columns"]}
    assert (types["amount"], types["day"]) == ("DECIMAL(18,2)", "DATE")


def test_every_form_holds_the_rows_of_the_warehouse() -> None:
    publish_run(7)
    database = current() / "expansion.duckdb"
    # Storage version 64 is what DuckDB from 0.10 on reads; 2.0 writes another.
    assert int.from_bytes(database.read_bytes()[12:20], "little") == 64
    with duckdb.connect(str(settings().warehouse), read_only=True) as conn:
        expected = {table: rows_of(conn, table.replace("/", ".")) for table in TABLES}
    with duckdb.connect(str(database), read_only=True) as conn:
        kinds = conn.execute(
            "select distinct table_type from information_schema.tables"
        )
        assert kinds.fetchall() == [("BASE TABLE",)]
        for table, rows in expected.items():
            parquet, csv = (current() / f"{k}/{table}.{k}" for k in ("parquet", "csv"))
            assert rows_of(conn, table.replace("/", ".")) == rows
            assert rows_of(conn, f"'{parquet}'") == rows
            assert pq.read_table(parquet).num_rows == len(rows)
            texts = f"read_csv('{csv}', header = true, all_varchar = true)"
            assert len(rows_of(conn, texts)) == len(rows)


def test_a_spreadsheet_finds_no_formula_in_a_csv() -> None:
    publish_run(7)
    with (current() / "csv/marts/figures.csv").open(newline="") as lines:
        notes = [row["note"] for row in csv.DictReader(lines)]
    assert {"'=1+1", "'+1", "'-1", "'@x", "'\uff1d1", "'\tx", "'\rx"} <= set(notes)
    assert {"''quoted", "''=1", "Zoë", "a,b"} <= set(notes)
    assert not [note for note in notes if note and note[0] in "=+-@\uff1d\t\r"]
    manifest = json.loads((current() / "manifest.json").read_text())
    assert "take one apostrophe away" in manifest["csv_texts"]
    with duckdb.connect(str(current() / "expansion.duckdb"), read_only=True) as conn:
        exact = {
            row[0] for row in conn.execute("select note from marts.figures").fetchall()
        }
    read = {note.removeprefix("'") for note in notes}
    assert read == {note or "" for note in exact}


def test_two_warehouses_of_the_same_content_are_one_snapshot(place: Path) -> None:
    first = publish_run(1)
    ids = set()
    for name in ("other", "Raw", "a b"):
        run = dataclasses.replace(
            settings(), warehouse=place / f"{name}.duckdb", published=place / name
        )
        write_warehouse(run.warehouse, 1)
        ids.add(publish.publish(run))
    assert ids == {first}


def test_the_same_content_is_not_written_twice() -> None:
    first = publish_run(1)
    before = seen()
    assert publish_run(1) == first
    assert seen() == before
    assert publish.told(settings(), first, []).endswith(f"is {first}, unchanged")
    second = publish_run(2)
    assert second != first and run_in(current() / "expansion.duckdb") == 2
    assert publish.told(settings(), first, []).endswith(f"current is {second}")
    assert publish_run(1) == first and run_in(current() / "expansion.duckdb") == 1


def test_a_snapshot_changed_by_hand_is_not_served_again() -> None:
    first = publish_run(1)
    publish_run(2)
    (settings().published / first / "csv/marts/figures.csv").write_text("none\n")
    with pytest.raises(PublishError, match=r"figures\.csv was changed by hand"):
        publish_run(1)
    assert run_in(current() / "expansion.duckdb") == 2


def test_the_last_snapshots_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPANSION_SNAPSHOTS", "2")
    ids = [publish_run(number) for number in (1, 2, 3, 2, 4)]
    # The second run came back after the third.
    assert kept() == {ids[1], ids[4]}
    assert served(settings()) == ids[4]


@pytest.mark.parametrize("number", ["1", "0", "-3", "many"])
def test_two_snapshots_stay_at_least(
    number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPANSION_SNAPSHOTS", number)
    with pytest.raises(SettingsError, match=f"EXPANSION_SNAPSHOTS is '{number}'"):
        settings()


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_file_that_lacks_a_row_is_not_published(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_run(1)
    before = seen()
    write = publish._copy

    def lossy(conn: Any, source: str, copy: str, table: Any, folder: Path) -> None:
        write(conn, source, copy, table, folder)
        file = folder / table.file(kind)
        rows = f"from {copy}.{table.schema}.{table.name} limit {table.rows - 1}"
        conn.execute(f"copy ({rows}) to '{file}' (format {kind})")

    monkeypatch.setattr(publish, "_copy", lossy)
    with pytest.raises(PublishError, match=rf"\.{kind} does not hold the"):
        publish_run(2)
    assert seen() == before


WORDS = "amounts add up. 1 row breaks this: amount 3.50 (assert_it_adds_up)"


class Build:
    """`make build` on tables of three rows: all is real but dbt."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
        self.number, self.failing, self.is_scored = 1, "", True
        done = SimpleNamespace(success=True)
        runner = SimpleNamespace(invoke=lambda _: done)
        monkeypatch.setattr(build, "dbtRunner", lambda: runner)
        self.defs = self.definitions()
        module = SimpleNamespace(defs=self.defs)
        monkeypatch.setitem(sys.modules, "orchestration.definitions", module)

    def definitions(self) -> dg.Definitions:
        @dg.asset
        def tables(warehouse: Warehouse) -> None:
            last_build.begin(settings())
            write_warehouse(settings().warehouse, self.number)
            state = "fail" if self.failing else "pass"
            name = f"test.expansion_playbook.{self.failing or 'assert_it_adds_up'}.1"
            skipped = {"unique_id": "test.expansion_playbook.a.2", "status": "skipped"}
            told = {"_message": f"figures: {WORDS}"} if self.failing else {}
            result = {"unique_id": name, "status": state, "adapter_response": told}
            results = [result]
            warned = {"unique_id": "test.expansion_playbook.b.3", "status": "warn"}
            results = [skipped, skipped, warned] * bool(self.failing) + results
            path = summary.results_file(settings())
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps({"results": results}))
            if self.failing:
                last_build.end(settings(), summary.failures(settings()))
                raise dg.Failure("The dbt CLI process failed with exit code 1")

        @dg.asset(deps=[tables])
        def scores() -> None:
            pass

        @dg.asset_check(asset=scores, blocking=True)
        def every_customer_is_scored() -> dg.AssetCheckResult:
            return dg.AssetCheckResult(passed=self.is_scored)

        built = [tables, scores]
        return dg.Definitions(
            assets=[*built, snapshot_of(built)],
            asset_checks=[every_customer_is_scored],
            jobs=[dg.define_asset_job("build_all", dg.AssetSelection.all())],
            executor=dg.in_process_executor,
            resources={"warehouse": Warehouse()},
        )


@pytest.fixture
def make_build(monkeypatch: pytest.MonkeyPatch, place: Path) -> Any:
    yield Build(monkeypatch, place)
    logging.disable(logging.NOTSET)


def test_a_failed_check_leaves_the_snapshot_and_says_why(
    make_build: Build, capsys: pytest.CaptureFixture[str]
) -> None:
    make_build.failing = "assert_it_adds_up"
    assert build.main() == 1
    assert (
        "there is none yet, not replaced because of assert" in capsys.readouterr().out
    )

    make_build.failing = ""
    assert build.main() == 0
    said = capsys.readouterr().out
    run_id = served(settings())
    assert f"{current()} is {run_id}\n" in said
    before = seen()

    make_build.number, make_build.failing = 2, "assert_it_adds_up"
    assert build.main() == 1
    said = capsys.readouterr().out
    told = f"failed            figures: {WORDS}\nwarned            b\n"
    assert f"0 passed, 1 failed\n{told}skipped           2, as they read" in said
    stays = f"{current()} is still {run_id}, not replaced because of assert_it_adds_up"
    assert f"snapshot          {stays}\n" in said
    assert (seen(), os.readlink(current())) == (before, run_id)

    make_build.failing, make_build.is_scored = "", False
    assert build.main() == 1
    said = capsys.readouterr()
    assert f"is still {run_id}, not replaced because of" in said.out
    assert "every_customer_is_scored" in said.out + said.err
    assert (seen(), os.readlink(current())) == (before, run_id)

    make_build.is_scored = True
    assert build.main() == 0
    assert run_in(current() / "expansion.duckdb") == 2


def test_each_warehouse_says_what_became_of_its_own_build(
    make_build: Build, monkeypatch: pytest.MonkeyPatch, place: Path
) -> None:
    assert build.main() == 0
    one = settings()
    assert last_build.doubt(one) is None
    monkeypatch.setenv("EXPANSION_WAREHOUSE", str(place / "other.duckdb"))
    make_build.failing = "assert_it_adds_up"
    assert build.main() == 1
    other = settings()
    assert last_build.doubt(one) is None
    assert f"failed at figures: {WORDS}" in str(last_build.doubt(other))
    assert re.search(r"last build +\S+ \S+ UTC, as of .* passed\n", said_by(one))
    assert "failed            " not in said_by(one)
    assert re.search(r"last build +\S+ \S+ UTC, as of .* failed\n", said_by(other))
    assert f"failed            figures: {WORDS}\n" in said_by(other)

    # What does not touch the warehouse leaves it what it was.
    monkeypatch.setenv("EXPANSION_WAREHOUSE", str(one.warehouse))
    monkeypatch.setenv("EXPANSION_RAW", str(place / "none"))
    assert build.main() == 1
    assert last_build.doubt(one) is None
    assert re.search(r"refused since +.*none", said_by(one))


def test_a_failed_step_and_a_killed_build_are_no_build_that_passed(
    make_build: Build,
) -> None:
    assert "that passed is on record" in str(last_build.doubt(settings()))
    make_build.is_scored = False
    assert build.main() == 1
    assert "every_customer_is_scored" in str(last_build.doubt(settings()))
    last_build.begin(settings())
    assert str(last_build.doubt(settings())).endswith("has no end")
    last_build.place(settings()).write_text("{")
    assert "that passed is on record" in str(last_build.doubt(settings()))


def said_by(run: Settings) -> str:
    """What `make status` says of a warehouse."""
    return "\n".join([*status.built(run), ""])


def test_a_part_of_a_run_is_not_published(make_build: Build) -> None:
    job = make_build.defs.resolve_job_def("build_all")
    key = dg.AssetKey(["published", "snapshot"])
    run = job.execute_in_process(asset_selection=[key], raise_on_error=False)
    [failure] = run.get_step_failure_events()
    assert "Only a run of every asset" in str(failure.step_failure_data)
    assert not settings().published.exists()


def python(code: str) -> subprocess.Popen[str]:
    """A process of its own that prints a line when it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout and process.stdout.readline()
    return process


HOLD = """
import time
from orchestration.lock import held
from orchestration.settings import settings
with held(settings().warehouse):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_build_says_who_is_building(
    make_build: Build, capsys: pytest.CaptureFixture[str]
) -> None:
    first = python(HOLD)
    try:
        assert build.main() == 1
        said = capsys.readouterr()
        [sentence] = said.err.strip().splitlines()
        assert sentence.startswith(
            f"{settings().warehouse} is being written by process"
        )
        assert f"process {first.pid} since 20" in sentence
        assert (said.out, settings().warehouse.exists()) == ("", False)
        with pytest.raises(dg.DagsterError) as refused:
            make_build.defs.resolve_job_def("build_all").execute_in_process()
        assert isinstance(refused.value.__cause__, LockError)
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert build.main() == 0


def test_a_lock_is_held_once_for_all_of_a_process(place: Path) -> None:
    with held(place / "one"):
        with held(place / "one"):
            pass
        assert python_is_refused(place / "one")
    assert not python_is_refused(place / "one")


def python_is_refused(target: Path) -> bool:
    code = (
        "from pathlib import Path; from orchestration.lock import held\n"
        f"with held(Path({str(target)!r})): pass"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, check=False
    )
    return done.returncode != 0


PUBLISH = """
import os, sys, time
from orchestration.publish import publish
from orchestration.settings import settings
print("ready", flush=True)
for number in {numbers}:
    os.environ["EXPANSION_WAREHOUSE"] = f"{place}/run{{number % 10}}.duckdb"
    publish(settings())
    time.sleep({pause})
"""


def written_runs(place: Path) -> None:
    for number in range(10):
        write_warehouse(place / f"run{number}.duckdb", number, rows=2000)


def polled(reader: duckdb.DuckDBPyConnection, published: Path) -> int:
    """One look of a reader: one database, then several files of one folder."""
    number = run_in(published / "current" / "expansion.duckdb", reader)
    folder = (published / "current").resolve()
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["run_id"] == folder.name
    files = [folder / table["csv"]["file"] for table in manifest["tables"]]
    assert len({run_in_csv(file) for file in files}) == 1
    return number


def run_in_csv(path: Path) -> str:
    with path.open(encoding="utf-8") as lines:
        next(lines)
        return next(lines).split(",")[0]


def test_a_reader_never_errs_and_never_sees_two_runs(place: Path) -> None:
    written_runs(place)
    publish_run(0)
    code = PUBLISH.format(numbers=range(1, 6), place=place, pause=0.5)
    publisher = python(code)
    polls, numbers = 0, set()
    with duckdb.connect() as reader:
        while polls < 1000 or publisher.poll() is None:
            numbers.add(polled(reader, settings().published))
            polls += 1
    assert publisher.returncode == 0
    assert max(numbers) == 5 and len(numbers) >= 4


def test_killed_while_it_publishes_it_leaves_a_whole_snapshot(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPANSION_SNAPSHOTS", "2")
    written_runs(place)
    publish_run(11)
    chance, halves = random.Random(6), 0
    for start in range(8):
        numbers = range(start, start + 1000)
        process = python(PUBLISH.format(numbers=numbers, place=place, pause=0))
        time.sleep(chance.uniform(0.02, 0.6))
        process.send_signal(signal.SIGKILL)
        process.wait()
        halves += any(settings().published.glob(".half*"))
        assert_whole(current().resolve())
        run_in(current() / "expansion.duckdb")
    assert halves > 2
    run_id = publish_run(12)
    assert run_id in kept() and len(kept()) == 2
