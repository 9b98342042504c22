"""Brings the ledger of an earlier version of the project to the layout of this one.

The warehouse and the files beside it say each for itself which layout they have. Both
are verified and changed before anything is built. The tables of the warehouse change in
the transaction of the door; the files are written into a folder of their own, which
then takes the place of the old one, and that one stays: `<name>.ledger.layout-2`.
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import duckdb

from orchestration.closing import (
    HEADER,
    SCHEMA,
    LedgerError,
    ledger_folder,
    parquet,
    reading,
    write_parquet,
)
from orchestration.migrations import LAYOUT, STEPS
from orchestration.settings import Settings, shown

WRITTEN = "layout"
# The tables of a schema with the columns of each.
Tables = Mapping[str, set[str]]


def upgrade(conn: duckdb.DuckDBPyConnection, run: Settings) -> None:
    """Warehouse and files as this version writes them, or LedgerError; see above."""
    upgrade_files(run)
    conn.execute(f"create schema if not exists {SCHEMA}")
    found = _layout(conn, run, run.warehouse)
    if found != LAYOUT:
        _migrate(conn, found, run.warehouse)
    _write_layout(conn)


def upgrade_files(run: Settings) -> None:
    """A folder of files as this version writes them; the old one stays beside it."""
    folder = ledger_folder(run)
    if folder.exists() and not folder.is_dir():
        raise LedgerError(
            f"{shown(folder)} is a file where the folder of the ledger belongs: move "
            "it away, and build again."
        )
    following = folder.with_name(f"{folder.name}.next")
    _finish(folder, following)
    files = sorted(folder.glob("*.parquet"))
    if not files:
        return
    with duckdb.connect() as conn:
        conn.execute(f"create schema {SCHEMA}")
        for file in files:
            with reading(file):
                conn.execute(
                    f'create view {SCHEMA}."{file.stem}" as from {parquet(file)}'
                )
        found = _layout(conn, run, folder)
        if found == LAYOUT:
            return
        for file in files:
            name = f'{SCHEMA}."{file.stem}"'
            conn.execute(f"drop view {name}")
            with reading(file):
                conn.execute(f"create table {name} as from {parquet(file)}")
        _refuse_missing(conn, folder)
        _migrate(conn, found, folder)
        _write_layout(conn)
        half = folder.with_name(f"{folder.name}.half")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir()
        for path in folder.iterdir():
            if path.is_dir():
                shutil.copytree(path, half / path.name, copy_function=_linked)
            elif path.suffix not in (".parquet", ".half"):
                shutil.copy2(path, half)
        for table in _tables(conn):
            write_parquet(conn, f'{SCHEMA}."{table}"', half / f"{table}.parquet")
    for path in half.glob("*.parquet"):
        handle = os.open(path, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
    os.replace(folder, _free(folder.with_name(f"{folder.name}.layout-{found}")))
    os.replace(half, following)
    _finish(folder, following)


def _finish(folder: Path, following: Path) -> None:
    """Ends a change of folders that was cut short between its two renames."""
    if following.exists() and not folder.exists():
        os.replace(following, folder)


def _free(path: Path) -> Path:
    """A name that nothing has."""
    found, number = path, 1
    while found.exists():
        number += 1
        found = path.with_name(f"{path.name}.{number}")
    return found


def _linked(source: str, target: str) -> None:
    """The same raw rows under another name, where the file system has such."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _layout(conn: duckdb.DuckDBPyConnection, run: Settings, place: Path) -> int:
    """The layout of schema `ledger`; LedgerError when this version cannot read it."""
    tables = _tables(conn)
    found = _shape(tables)
    if WRITTEN in tables:
        rows = conn.execute(f"select max(version) from {SCHEMA}.{WRITTEN}").fetchall()
        found = rows[0][0] or found
    if found > LAYOUT:
        raise LedgerError(
            f"{shown(place)} has ledger layout {found}, newer than {LAYOUT}, the one "
            "this version of the project writes: build with the version that wrote it, "
            "or a later one."
        )
    if any(layout not in STEPS for layout in range(found + 1, LAYOUT + 1)):
        pair = (run.warehouse, ledger_folder(run))
        aside = " and ".join(path.name for path in pair if path.exists())
        raise LedgerError(
            f"{shown(place)} has ledger layout {found}, whose closes do not hold what "
            f"retention looked back at: move {aside} into another folder, and the next "
            "build closes its months anew."
        )
    return int(found)


def _shape(tables: Tables) -> int:
    """The layout of a ledger that does not say: 3 was the last to keep silent."""
    header = tables.get(HEADER, set())
    if "header_hash" in header:
        return 3
    if "openings_hash" in header or "opening_item_snapshots" in tables:
        return 2
    is_old = header or "segment" not in tables.get("arr_snapshots", {"segment"})
    return 1 if is_old else 3


def _migrate(conn: duckdb.DuckDBPyConnection, found: int, place: Path) -> None:
    for layout in range(found + 1, LAYOUT + 1):
        STEPS[layout](conn, SCHEMA, place)


def _refuse_missing(conn: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """A step verifies headers by all that was frozen under them."""
    missing = [
        name
        for name in ("arr_snapshots", "item_snapshots", "reported_retention", HEADER)
        if name not in _tables(conn)
    ]
    if missing and len(missing) < 4:
        raise LedgerError(
            f"{shown(folder / missing[0])}.parquet is missing, so that the folder "
            "cannot be brought to this version: put it back and build again."
        )


def _tables(conn: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    rows = conn.execute(
        """
        select table_name, list(column_name) from information_schema.columns
        where table_catalog = current_database() and table_schema = ?
        group by table_name
        order by table_name
        """,
        [SCHEMA],
    ).fetchall()
    return {name: set(columns) for name, columns in rows}


def _write_layout(conn: duckdb.DuckDBPyConnection) -> None:
    conn.execute(
        f"create or replace table {SCHEMA}.{WRITTEN} as "
        f"select cast({LAYOUT} as integer) as version"
    )
