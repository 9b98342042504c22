"""Whatever became of a file, a command says in one sentence which, and what to do.

Every file the project reads or writes, times what may happen to a file, times every
command: none ends in a traceback, and a command that cannot do its work says so.
"""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration import boards, build, docs, metrics, postgres, report, status
from orchestration.closing import ledger_folder
from orchestration.faults import one_sentence, sentence
from orchestration.publish import publish
from orchestration.settings import PROJECT, SettingsError, settings
from tests.python.golden_cases import raw_of
from tests.python.small_warehouse import write_warehouse

LEDGER = PROJECT / "tests" / "ledgers" / "layout_2" / "warehouse.ledger"
LONGEST = 420


def missing(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flipped(path: Path) -> None:
    """The first bytes, where a file says what it is, are another's."""
    content = bytearray(path.read_bytes())
    content[:24] = bytes(byte ^ 0xFF for byte in content[:24])
    path.write_bytes(content)


def flipped_at_the_end(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-24:] = bytes(byte ^ 0xFF for byte in content[-24:])
    path.write_bytes(content)


def a_folder(path: Path) -> None:
    missing(path)
    path.mkdir()


def a_file(path: Path) -> None:
    missing(path)
    path.write_text("a file")


def a_dangling_link(path: Path) -> None:
    missing(path)
    path.symlink_to("nowhere")


TO_FILES = (missing, emptied, truncated, flipped, flipped_at_the_end)
TO_FILES = (*TO_FILES, a_folder, a_dangling_link)
TO_FOLDERS = (missing, a_file, a_dangling_link)
# What is read or written, what may happen to it, and which commands meet it.
STATE: dict[str, tuple[tuple[Callable[[Path], None], ...], tuple[str, ...]]] = {
    "warehouse.duckdb": (TO_FILES, ("build", "report", "docs", "metrics")),
    "warehouse.duckdb.wal": (
        (flipped, a_folder, a_dangling_link),
        ("build", "report", "docs", "metrics"),
    ),
    "warehouse.duckdb.lock": ((emptied, flipped, a_folder), ("build",)),
    "warehouse.ledger": (TO_FOLDERS, ("build",)),
    "warehouse.ledger/closed_months.parquet": (TO_FILES, ("build",)),
    "warehouse.ledger/arr_snapshots.parquet": (TO_FILES, ("build",)),
    "warehouse.ledger/decision_records.parquet": (TO_FILES, ("build",)),
    "warehouse.ledger/accounts_history.parquet": (TO_FILES, ("build",)),
    "published": (TO_FOLDERS, ("build", "boards", "publish-postgres")),
    "published/current": (
        (missing, a_file, a_folder, a_dangling_link),
        ("build", "boards", "publish-postgres"),
    ),
    "published/current/manifest.json": (TO_FILES, ("publish-postgres",)),
    "published/current/expansion.duckdb": (TO_FILES, ("boards",)),
    "reports": (TO_FOLDERS, ("report", "boards")),
    "raw": (TO_FOLDERS, ("build",)),
    "raw/crm__accounts.csv": (TO_FILES, ("build",)),
    "dagster": (TO_FOLDERS, ("status",)),
    "dagster/dagster.yaml": (TO_FILES, ("status",)),
    "warehouse.target": (TO_FOLDERS, ("build", "status")),
    "warehouse.target/run_results.json": (TO_FILES, ("build", "status")),
    "warehouse.build.json": (
        TO_FILES,
        ("build", "status", "report", "boards", "docs", "metrics"),
    ),
}
FAULTS = [(name, fault) for name, (faults, _) in STATE.items() for fault in faults]


class FakeLayer:
    """A metrics layer that asks for the ARR of a mart."""

    metrics = ("arr",)
    database = "warehouse"

    def __init__(self, _: Path) -> None:
        pass

    def query(self, *_: Any) -> str:
        return "select sum(amount) from marts.figures"


COMMANDS: dict[str, tuple[Callable[[], int], list[str]]] = {
    "build": (build.main, []),
    "report": (report.main, []),
    "boards": (boards.main, ["write"]),
    "docs": (docs.main, []),
    "status": (status.main, []),
    "metrics": (metrics.main, ["arr"]),
    "publish-postgres": (postgres.main, []),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all state there is."""
    folder: Path = tmp_path_factory.mktemp("whole")
    raw_of("annual_price", folder / "raw")
    shutil.copytree(LEDGER, folder / "warehouse.ledger")
    write_warehouse(folder / "warehouse.duckdb", 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPANSION_WAREHOUSE", str(folder / "warehouse.duckdb"))
        publish(settings())
    (folder / "warehouse.duckdb.lock").write_text('{"pid": 1, "since": "2026"}')
    (folder / "reports").mkdir()
    (folder / "dagster").mkdir()
    shutil.copy(PROJECT / "dagster.yaml", folder / "dagster")
    results = folder / "warehouse.target" / "run_results.json"
    results.parent.mkdir()
    results.write_text('{"results": [], "metadata": {}}')
    (folder / "warehouse.build.json").write_text('{"state": "running"}')
    return folder


@pytest.fixture
def place(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it for a test of its own; what is slow in commands is made quick."""
    shutil.copytree(whole, tmp_path, symlinks=True, dirs_exist_ok=True)
    for name in ("WAREHOUSE", "RAW", "REPORTS"):
        path = tmp_path / ("warehouse.duckdb" if name == "WAREHOUSE" else name.lower())
        monkeypatch.setenv(f"EXPANSION_{name}", str(path))
    monkeypatch.setenv("EXPANSION_AS_OF", "2026-06-30")
    monkeypatch.setenv("EXPANSION_POSTGRES", "host=127.0.0.1 port=1")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    monkeypatch.setattr(docs, "described", lambda: ("", {"nodes": {}, "docs": {}}))
    monkeypatch.setattr(
        docs, "known", lambda conn, *_: conn.execute("from marts.figures").fetchall()
    )
    monkeypatch.setattr(docs, "site", lambda _: {"index.html": ""})
    monkeypatch.setattr(metrics, "MANIFEST", "../warehouse.duckdb")
    monkeypatch.setattr(metrics, "MetricsLayer", FakeLayer)
    monkeypatch.setattr(build, "materialise", lambda _: ["dbt is not run here"])
    return tmp_path


@pytest.mark.parametrize(
    ("name", "fault"),
    FAULTS,
    ids=[f"{name}-{fault.__name__}" for name, fault in FAULTS],
)
def test_no_command_ends_in_a_traceback(
    place: Path,
    name: str,
    fault: Callable[[Path], None],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    path = place / name
    if not path.exists():
        path.write_bytes(b"x" * 100)
    fault(path)
    for command in STATE[name][1]:
        main, arguments = COMMANDS[command]
        monkeypatch.setattr(sys, "argv", [command, *arguments])
        environment = dict(os.environ)
        code = main()
        os.environ.clear()
        os.environ.update(environment)
        said = capfd.readouterr()
        assert code in (0, 1), command
        assert "Traceback" not in said.out + said.err, (command, said)
        if code:
            assert "Not expected" not in said.err, (command, said.err)
            lines = said.err.strip().splitlines()
            assert 1 <= len(lines) <= (2 if command == "build" else 1), (command, lines)
            assert all(len(line) <= LONGEST for line in lines), (command, lines)


@pytest.mark.parametrize("name", ["closed_months", "arr_snapshots", "decision_records"])
@pytest.mark.parametrize("fault", [emptied, truncated, flipped, a_folder])
def test_a_broken_ledger_is_named_with_its_repair(
    place: Path,
    name: str,
    fault: Callable[[Path], None],
    capfd: pytest.CaptureFixture[str],
) -> None:
    file = ledger_folder(settings()) / f"{name}.parquet"
    fault(file)
    assert build.main() == 1
    assert f"{file} cannot be read" in capfd.readouterr().err


@pytest.mark.parametrize(
    "name",
    [
        *("Raw.duckdb", "RAW.DUCKDB", "marts.duckdb", "Main.db", "a'b.duckdb"),
        *('a"b.duckdb', "a`b.duckdb", "a;b.duckdb", "a\nb.duckdb", "{{x}}.duckdb"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPANSION_WAREHOUSE", str(tmp_path / name))
    with pytest.raises(SettingsError, match="EXPANSION_WAREHOUSE is"):
        settings()


@pytest.mark.parametrize(
    "name",
    ["a b.duckdb", "a.b.duckdb", "größe.duckdb", "o'brien/w.duckdb", "no_suffix"],
)
def test_an_odd_name_is_published(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    monkeypatch.setenv("EXPANSION_WAREHOUSE", str(path))
    write_warehouse(path, 3)
    run_id = publish(settings())
    database = path.parent / "published" / run_id / "expansion.duckdb"
    with duckdb.connect(str(database), read_only=True) as conn:
        assert conn.execute("select max(run) from marts.figures").fetchall() == [(3,)]


def test_what_nobody_thought_of_is_one_line_without_secrets(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EXPANSION_POSTGRES", "password=s3cr3t")

    @one_sentence
    def command() -> int:
        raise KeyError("password=s3cr3t\nand more")

    assert command() == 1
    said = capsys.readouterr().err
    assert said.startswith("Not expected: KeyError") and "s3cr3t" not in said
    assert len(said.splitlines()) == 1


def test_a_place_that_cannot_be_written_is_named() -> None:
    error = PermissionError(13, "Permission denied", "/data/warehouse.duckdb.lock")
    assert sentence(error).startswith(
        "/data/warehouse.duckdb.lock: Permission denied. See that it can be"
    )
