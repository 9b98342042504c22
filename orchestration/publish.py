"""Write, audit, publish: what people read, as a snapshot that is there whole or not.

A snapshot is written into a folder that nobody looks at, read again and compared with
the warehouse, named for what it holds, and moved into place; then the link `current`
turns to it in one step. Who opened the one before keeps it.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.lock import held
from orchestration.settings import Settings, shown

SCHEMAS = ("marts", "decisions")
CURRENT = "current"
DATABASE = "expansion.duckdb"
MANIFEST = "manifest.json"
# What is not published yet, or not any more, begins with this.
HALF = ".half"
# With what a spreadsheet takes a text for a formula.
FORMULAS = "=+-@\uff1d\uff0b\uff0d\uff20\t\r\n'"
CSV_TEXTS = (
    "A text that begins with = + - @, their wide forms, a tab or a line break, which a "
    "spreadsheet would take for a formula, has an apostrophe before it, and so has one "
    "that begins with an apostrophe: take one apostrophe away from each text that "
    "begins with one. Parquet and the database have texts as they are."
)
# The newest format that every DuckDB from 0.10 on opens.
STORAGE_VERSION = "v1.0.0"


class PublishError(Exception):
    """A snapshot that is not published; the message is one sentence."""


@dataclass(frozen=True)
class Table:
    """A table of the warehouse, its columns with their types, and what it holds."""

    schema: str
    name: str
    columns: dict[str, str]
    rows: int
    fingerprint: int | None

    def file(self, kind: str) -> str:
        """Its file in a snapshot."""
        return f"{kind}/{self.schema}/{self.name}.{kind}"


def publish(run: Settings) -> str:
    """Makes `current` what the warehouse holds; the id of the snapshot.

    The same content has the same id, and is not written twice.
    """
    with held(run.published / CURRENT):
        half = run.published / HALF
        _refuse_no_link(run.published / CURRENT)
        _sweep(run.published)
        try:
            half.mkdir()
            run_id = _write(run.warehouse, half)
            if (run.published / run_id).exists():
                _refuse_altered(run.published / run_id)
            else:
                os.replace(half, run.published / run_id)
        finally:
            _sweep(run.published)
        if served(run) != run_id:
            _turn(run.published, run_id)
            _retire(run)
    return run_id


def served(run: Settings) -> str | None:
    """The id of the snapshot that people read now; None before the first."""
    link = run.published / CURRENT
    return os.readlink(link) if link.is_symlink() else None


def told(run: Settings, before: str | None, failures: list[str]) -> str:
    """What became of the snapshot, for the summary of a build."""
    place, now = shown(run.published / CURRENT), served(run)
    if not failures:
        return f"{place} is {now}{', unchanged' if now == before else ''}"
    first = failures[0].strip().splitlines()[0].rstrip(".:")
    more = f" and {len(failures) - 1} more" if len(failures) > 1 else ""
    kept = f"{place} is still {now}" if now else "there is none yet"
    return f"{kept}, not replaced because of {first}{more}"


def sha256(path: Path) -> str:
    """The hash of a file, as sha256sum prints it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(warehouse: Path, folder: Path) -> str:
    """Writes and audits a whole snapshot; its id."""
    with duckdb.connect() as conn:
        # Views name the catalog they were made in, which is named for its file.
        source, copy = f'"{warehouse.stem}"', f'"{warehouse.stem} published"'
        conn.execute(f"attach '{_quoted(warehouse)}' as {source} (read_only)")
        tables = list(_tables(conn, warehouse.stem))
        if not tables:
            raise PublishError(f"{shown(warehouse)} holds nothing to publish.")
        about = conn.execute(
            "select cast(as_of_date as varchar), policy_version "
            f"from {source}.staging.stg_policy__metric_policy"
        ).fetchall()[0]
        database = _quoted(folder / DATABASE)
        conn.execute(
            f"attach '{database}' as {copy} (storage_version '{STORAGE_VERSION}')"
        )
        for schema in SCHEMAS:
            conn.execute(f"create schema {copy}.{schema}")
        for table in tables:
            _copy(conn, source, copy, table, folder)
        conn.execute(f"checkpoint {copy}")
        conn.execute(f"detach {copy}")
    _audit(folder, tables)
    run_id = _describe(folder, tables, *about)
    _settle(folder)
    return run_id


def _tables(conn: duckdb.DuckDBPyConnection, catalog: str) -> Iterator[Table]:
    names = conn.execute(
        """
        select table_schema, table_name from information_schema.tables
        where table_catalog = ? and list_contains(?, table_schema)
        order by table_schema, table_name
        """,
        [catalog, SCHEMAS],
    ).fetchall()
    for schema, name in names:
        relation = f'"{catalog}".{schema}."{name}"'
        described = conn.execute(f"describe {relation}").fetchall()
        columns = {column[0]: column[1] for column in described}
        yield Table(schema, name, columns, *_fingerprint(conn, relation))


def _copy(
    conn: duckdb.DuckDBPyConnection, source: str, copy: str, table: Table, folder: Path
) -> None:
    """A table in all its forms, in one order: the same rows are the same bytes."""
    name = f'{table.schema}."{table.name}"'
    conn.execute(f"create table {copy}.{name} as from {source}.{name} order by all")
    for kind, rows, options in (
        ("parquet", "*", "format parquet"),
        ("csv", _columns(table, _guarded), "format csv, header"),
    ):
        path = folder / table.file(kind)
        path.parent.mkdir(parents=True, exist_ok=True)
        conn.execute(
            f"copy (select {rows} from {copy}.{name}) to '{_quoted(path)}' ({options})"
        )


def _columns(table: Table, text: Callable[[str], str]) -> str:
    """The columns of a table, each text as a function makes it."""
    columns = {
        '"' + name.replace('"', '""') + '"': kind
        for name, kind in table.columns.items()
    }
    return ", ".join(
        f"{text(name)} as {name}" if kind == "VARCHAR" else name
        for name, kind in columns.items()
    )


def _guarded(column: str) -> str:
    """A text that a spreadsheet shows as a text, whatever it begins with."""
    begins = f"contains({_text(FORMULAS)}, substr({column}, 1, 1))"
    guarded = f"concat(chr(39), {column})"
    return f"if({column} <> '' and {begins}, {guarded}, {column})"


def _unguarded(column: str) -> str:
    """A text of a CSV as it was."""
    return f"if(starts_with({column}, chr(39)), substr({column}, 2), {column})"


def _fingerprint(
    conn: duckdb.DuckDBPyConnection, relation: str
) -> tuple[int, int | None]:
    """How many rows, and a sum over them that hardly any other rows have."""
    return conn.execute(
        f"select count(*), sum(cast(hash(t) as hugeint)) from {relation} as t"
    ).fetchall()[0]


def _audit(folder: Path, tables: list[Table]) -> None:
    """Reads each file again: PublishError where it has not the warehouse's rows."""
    with duckdb.connect() as conn:
        database = _quoted(folder / DATABASE)
        conn.execute(f"attach '{database}' as published (read_only)")
        for table in tables:
            csv, parquet = (_quoted(folder / table.file(k)) for k in ("csv", "parquet"))
            types = ", ".join(
                f"{_text(name)}: {_text(kind)}" for name, kind in table.columns.items()
            )
            relations = {
                DATABASE: f'published.{table.schema}."{table.name}"',
                table.file("parquet"): f"read_parquet('{parquet}')",
                table.file("csv"): f"(select {_columns(table, _unguarded)} "
                f"from read_csv('{csv}', auto_detect = false, "
                f"header = true, columns = {{{types}}}, delim = ',', quote = '\"', "
                "escape = '\"', allow_quoted_nulls = false, parallel = false, "
                "max_line_size = 100000000))",
            }
            for file, relation in relations.items():
                found = _fingerprint(conn, relation)
                if found != (table.rows, table.fingerprint):
                    raise PublishError(
                        f"{file} does not hold the {table.rows} rows of "
                        f"{table.schema}.{table.name}: nothing was published."
                    )


def _describe(folder: Path, tables: list[Table], as_of: str, policy: str) -> str:
    """Writes the manifest; the id says what the content is, not when it was written."""
    described = [_described(folder, table) for table in tables]
    content = [
        [table["schema"], table["table"], table["columns"], table["csv"]["sha256"]]
        for table in described
    ]
    text = json.dumps([as_of, policy, content])
    manifest = {
        "run_id": f"{as_of}-{hashlib.sha256(text.encode()).hexdigest()[:12]}",
        "as_of": as_of,
        "policy_version": policy,
        "csv_texts": CSV_TEXTS,
        "database": {"file": DATABASE, "sha256": sha256(folder / DATABASE)},
        "tables": described,
    }
    text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    return str(manifest["run_id"])


def _described(folder: Path, table: Table) -> dict[str, Any]:
    return {
        "schema": table.schema,
        "table": table.name,
        "rows": table.rows,
        "columns": [
            {"name": name, "type": kind} for name, kind in table.columns.items()
        ],
    } | {
        kind: {"file": table.file(kind), "sha256": sha256(folder / table.file(kind))}
        for kind in ("parquet", "csv")
    }


def _settle(folder: Path) -> None:
    """Files are on the disk before their folder gets its name: power may fail."""
    for path in folder.rglob("*"):
        handle = os.open(path, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)


def _refuse_altered(folder: Path) -> None:
    """A snapshot of the same content is used again only if it is as it was written."""
    manifest = read_manifest(folder)
    files = [manifest["database"]]
    for table in manifest["tables"]:
        files += [table["parquet"], table["csv"]]
    for file in files:
        path = folder / file["file"]
        if not path.exists() or sha256(path) != file["sha256"]:
            raise PublishError(
                f"{shown(path)} was changed by hand: remove {shown(folder)} and build "
                "again."
            )


def read_manifest(folder: Path) -> dict[str, Any]:
    """What a snapshot says of itself; PublishError where it does not."""
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        if {"run_id", "database", "tables"} <= set(manifest):
            return dict(manifest)
    except (OSError, ValueError, TypeError):
        pass
    raise PublishError(
        f"{shown(path)} is missing or broken: remove {shown(folder)} and run make "
        "build, which publishes anew."
    )


def _refuse_no_link(current: Path) -> None:
    if current.exists() and not current.is_symlink():
        raise PublishError(
            f"{shown(current)} is not the link that publishing turns: move it away, "
            "and build again."
        )


def _turn(published: Path, run_id: str) -> None:
    """Readers find the one before or this one, never neither."""
    os.utime(published / run_id)
    link = published / f"{HALF}-{CURRENT}"
    link.symlink_to(run_id)
    os.replace(link, published / CURRENT)


def _retire(run: Settings) -> None:
    """Removes all but the last snapshots, each renamed before it is taken apart."""
    folders = [path.parent for path in run.published.glob(f"[!.]*/{MANIFEST}")]
    folders = [folder for folder in folders if not folder.is_symlink()]
    folders.sort(key=lambda folder: folder.stat().st_mtime_ns)
    for folder in folders[: -run.snapshots]:
        os.replace(folder, run.published / f"{HALF}-old")
        _sweep(run.published)


def _sweep(published: Path) -> None:
    """Removes what a publish that came to no end has left."""
    for path in published.glob(f"{HALF}*"):
        if path.is_symlink():
            path.unlink()
        else:
            shutil.rmtree(path)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
