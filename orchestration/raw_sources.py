"""The raw contract, and where a company's tables of it lie: files or a schema."""

import csv
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import yaml

from orchestration.settings import PROJECT

CONTRACT = PROJECT / "macros" / "raw_contract"

Contract = dict[str, dict[str, Any]]


class DoorError(Exception):
    """Raw data that stops a build; the message is one sentence for the person."""


@dataclass(frozen=True)
class Source:
    """Where a raw table lies: what to select from, and how to name it in a message.

    `stamp` changes when its files do; it is None where only reading could tell.
    """

    name: str
    relation: str
    columns: list[str]
    is_copied: bool = False
    stamp: str | None = None


def contract() -> Contract:
    """The raw contract by table name, as the macros of macros/raw_contract hold it."""
    tables: Contract = {}
    for macro in sorted(CONTRACT.glob("raw_contract_*.sql")):
        text = macro.read_text(encoding="utf-8")
        block = re.search(r"{% set tables %}(.*){% endset %}", text, re.S)
        if block is None:
            raise DoorError(f"{macro.name} holds no tables.")
        tables |= yaml.safe_load(block[1])
    return tables


def find_sources(
    conn: duckdb.DuckDBPyConnection, place: str, tables: Contract
) -> dict[str, Source]:
    """The tables that are there; DoorError when a core table or a column is not."""
    if place.startswith("schema:"):
        sources = _in_schema(conn, place.removeprefix("schema:"), tables)
    else:
        sources = _in_folder(conn, Path(place), tables)
    missing = [
        table
        for table, rules in tables.items()
        if rules.get("core") and table not in sources
    ]
    if missing:
        is_schema = place.startswith("schema:")
        names = ", ".join(f"raw_{name}" if is_schema else name for name in missing)
        kind = "" if is_schema else " as .csv or .parquet"
        raise DoorError(f"{place} lacks a core table: expected {names}{kind}.")
    for table, source in sources.items():
        _refuse_missing_columns(table, tables[table]["columns"], source)
    return sources


def unreadable(table: str, place: Path | str, error: object) -> DoorError:
    """The error of a file that is no table, in one sentence."""
    reason = " ".join(str(error).split("Possible")[0].split())
    return DoorError(f"{place} cannot be read as table {table}: {reason.rstrip('.')}.")


def _in_folder(
    conn: duckdb.DuckDBPyConnection, folder: Path, tables: Contract
) -> dict[str, Source]:
    if not folder.is_dir():
        raise DoorError(f"EXPANSION_RAW is {folder}: there is no such folder.")
    sources = {}
    for table in tables:
        found = [
            path
            for path in (folder / f"{table}.csv", folder / f"{table}.parquet")
            if path.is_file()
        ]
        parts = sorted((folder / table).glob("**/*.parquet"))
        if len(found) + bool(parts) > 1:
            raise DoorError(f"{table} is in {folder} twice: keep one of the files.")
        if parts:
            sources[table] = _parquet(conn, table, folder / table, parts)
        elif found and found[0].suffix == ".parquet":
            sources[table] = _parquet(conn, table, found[0], found)
        elif found:
            sources[table] = _csv(table, found[0])
    return sources


def _csv(table: str, path: Path) -> Source:
    try:
        with path.open(newline="", encoding="utf-8-sig") as lines:
            header = next(csv.reader(lines), [])
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise unreadable(table, path, error) from error
    if not header or len(set(header)) < len(header):
        raise unreadable(table, path, "its first line names no columns, or one twice")
    types = ", ".join(f"{_text(name)}: 'varchar'" for name in header)
    relation = (
        f"read_csv({_text(str(path))}, auto_detect = false, header = true, "
        f"columns = {{{types}}}, delim = ',', quote = '\"', escape = '\"', "
        "nullstr = '', strict_mode = true, null_padding = false)"
    )
    return Source(str(path), relation, header, is_copied=True, stamp=stamp([path]))


def _parquet(
    conn: duckdb.DuckDBPyConnection, table: str, path: Path, parts: list[Path]
) -> Source:
    pattern = path / "**" / "*.parquet" if path.is_dir() else path
    relation = f"read_parquet({_text(str(pattern))}, union_by_name = true)"
    try:
        columns = conn.execute(f"describe select * from {relation}").fetchall()
    except duckdb.Error as error:
        raise unreadable(table, path, error) from error
    return Source(str(path), relation, [row[0] for row in columns], stamp=stamp(parts))


def _in_schema(
    conn: duckdb.DuckDBPyConnection, schema: str, tables: Contract
) -> dict[str, Source]:
    found = conn.execute(
        """
        select table_name, list(column_name order by ordinal_position)
        from information_schema.columns
        where table_catalog = current_database() and table_schema = ?
        group by table_name
        """,
        [schema],
    ).fetchall()
    return {
        name.removeprefix("raw_"): Source(
            f"{schema}.{name}", f'"{schema}"."{name}"', columns
        )
        for name, columns in found
        if name.startswith("raw_") and name.removeprefix("raw_") in tables
    }


def _refuse_missing_columns(
    table: str, columns: dict[str, dict[str, Any]], source: Source
) -> None:
    missing = [
        name
        for name, rule in columns.items()
        if (rule.get("key") or rule.get("required")) and name not in source.columns
    ]
    if missing:
        raise DoorError(
            f"{source.name} is not a table {table}: it lacks {', '.join(missing)}; "
            f"expected columns {', '.join(columns)}."
        )


def stamp(paths: list[Path]) -> str:
    """A text that changes with the name, size and time of a file."""
    stats = [(str(path), path.stat()) for path in paths]
    return json.dumps([(name, s.st_size, s.st_mtime_ns) for name, s in stats])


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
