"""The door: registers a company's raw tables in schema `raw` of the warehouse.

dbt loads this module as a plugin whenever it connects, so nothing is built without
passing here. A CSV file is copied, each value as text; a Parquet file or a loader's
table is read where it lies. Staging decides row by row what is admitted; the door stops
only for what no row can answer: a core table that is missing, a file that cannot be
read, a column that must be there, a ring in a hierarchy. Then nothing is written.
"""

import csv
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import yaml
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError

from orchestration.settings import PROJECT, Settings, SettingsError, settings

CONTRACT = PROJECT / "macros" / "raw_contract"

Contract = dict[str, dict[str, Any]]


class DoorError(Exception):
    """Raw data that stops a build; the message is one sentence for the person."""


@dataclass(frozen=True)
class Source:
    """Where a raw table lies: what to select from, and how to name it in a message."""

    name: str
    relation: str
    columns: list[str]
    is_copied: bool = False
    stamp: str = ""


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


def open_door(conn: duckdb.DuckDBPyConnection, run: Settings) -> None:
    """Registers every table of the contract, or raises DoorError and writes nothing."""
    tables = contract()
    if run.raw.startswith("schema:"):
        sources = _sources_in_schema(conn, run.raw.removeprefix("schema:"), tables)
    else:
        sources = _sources_in_folder(conn, Path(run.raw), tables)
    _refuse_missing(tables, sources, run.raw)
    stamp = json.dumps(
        [run.raw, tables, {table: source.stamp for table, source in sources.items()}]
    )
    conn.execute("begin transaction")
    try:
        if not _is_registered(conn, stamp):
            _register(conn, tables, sources)
            _refuse_rings(conn, sources)
            conn.execute("create or replace table raw.registration (stamp varchar)")
            conn.execute("insert into raw.registration values (?)", [stamp])
        _register_run(conn, run)
    except BaseException:
        conn.execute("rollback")
        raise
    conn.execute("commit")


def _sources_in_folder(
    conn: duckdb.DuckDBPyConnection, folder: Path, tables: Contract
) -> dict[str, Source]:
    if not folder.is_dir():
        raise DoorError(f"EXPANSION_RAW is {folder}: there is no such folder.")
    sources = {}
    for table, rules in tables.items():
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
        if table in sources:
            _refuse_missing_columns(table, rules, sources[table])
    return sources


def _stamp(paths: list[Path]) -> str:
    stats = [(str(path), path.stat()) for path in paths]
    return json.dumps([(name, s.st_size, s.st_mtime_ns) for name, s in stats])


def _csv(table: str, path: Path) -> Source:
    try:
        with path.open(newline="", encoding="utf-8-sig") as lines:
            header = next(csv.reader(lines), [])
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(table, path, error) from error
    if not header or len(set(header)) < len(header):
        raise _unreadable(table, path, "its first line names no columns, or one twice")
    types = ", ".join(f"{_text(name)}: 'varchar'" for name in header)
    relation = (
        f"read_csv({_text(str(path))}, auto_detect = false, header = true, "
        f"columns = {{{types}}}, delim = ',', quote = '\"', escape = '\"', "
        "nullstr = '', strict_mode = true, null_padding = false)"
    )
    return Source(str(path), relation, header, is_copied=True, stamp=_stamp([path]))


def _parquet(
    conn: duckdb.DuckDBPyConnection, table: str, path: Path, parts: list[Path]
) -> Source:
    pattern = path / "**" / "*.parquet" if path.is_dir() else path
    relation = f"read_parquet({_text(str(pattern))}, union_by_name = true)"
    try:
        columns = conn.execute(f"describe select * from {relation}").fetchall()
    except duckdb.Error as error:
        raise _unreadable(table, path, error) from error
    return Source(str(path), relation, [row[0] for row in columns], stamp=_stamp(parts))


def _sources_in_schema(
    conn: duckdb.DuckDBPyConnection, schema: str, tables: Contract
) -> dict[str, Source]:
    columns = conn.execute(
        """
        select table_name, list(column_name order by ordinal_position)
        from information_schema.columns
        where table_catalog = current_database() and table_schema = ?
        group by table_name
        """,
        [schema],
    ).fetchall()
    sources = {}
    for name, names in columns:
        table = name.removeprefix("raw_")
        if name.startswith("raw_") and table in tables:
            source = Source(f"{schema}.{name}", f'"{schema}"."{name}"', names)
            _refuse_missing_columns(table, tables[table], source)
            sources[table] = source
    return sources


def _refuse_missing(tables: Contract, sources: dict[str, Source], place: str) -> None:
    missing = [t for t, rules in tables.items() if rules.get("core") and t not in sources]
    if missing:
        prefix = "raw_" if place.startswith("schema:") else ""
        kind = "" if prefix else " as .csv or .parquet"
        names = ", ".join(prefix + table for table in missing)
        raise DoorError(f"{place} lacks a core table: expected {names}{kind}.")


def _refuse_missing_columns(table: str, rules: dict[str, Any], source: Source) -> None:
    needed = [
        name
        for name, rule in rules["columns"].items()
        if rule.get("key") or rule.get("required")
    ]
    missing = [name for name in needed if name not in source.columns]
    if missing:
        raise DoorError(
            f"{source.name} is not a table {table}: it lacks {', '.join(missing)}; "
            f"expected columns {', '.join(rules['columns'])}."
        )


def _is_registered(conn: duckdb.DuckDBPyConnection, stamp: str) -> bool:
    """Whether these very files were registered before; a schema is always read anew."""
    known = conn.execute(
        """
        select count(*) from information_schema.tables
        where table_catalog = current_database()
            and table_schema = 'raw' and table_name = 'registration'
        """
    ).fetchall()[0][0]
    if not known or '"schema:' in stamp[:9]:
        return False
    return conn.execute("select stamp from raw.registration").fetchall() == [(stamp,)]


def _register(
    conn: duckdb.DuckDBPyConnection, tables: Contract, sources: dict[str, Source]
) -> None:
    conn.execute("create schema if not exists raw")
    for table, rules in tables.items():
        source = sources.get(table)
        have = source.columns if source else []
        columns = ", ".join(
            f'"{name}"' if name in have else f'cast(null as varchar) as "{name}"'
            for name in rules["columns"]
        )
        kind = "table" if source and source.is_copied else "view"
        rows = f"from {source.relation}" if source else "where false"
        _drop(conn, table)
        try:
            conn.execute(f'create {kind} raw."{table}" as select {columns} {rows}')
        except duckdb.Error as error:
            name = source.name if source else table
            raise _unreadable(table, name, error) from error


def _drop(conn: duckdb.DuckDBPyConnection, table: str) -> None:
    kinds = conn.execute(
        """
        select table_type from information_schema.tables
        where table_catalog = current_database()
            and table_schema = 'raw' and table_name = ?
        """,
        [table],
    ).fetchall()
    for (kind,) in kinds:
        conn.execute(f'drop {"view" if kind == "VIEW" else "table"} raw."{table}"')


def _register_run(conn: duckdb.DuckDBPyConnection, run: Settings) -> None:
    conn.execute("create or replace table raw.run (as_of_date date)")
    conn.execute("insert into raw.run values (?)", [run.as_of])
    conn.execute(
        "create or replace table raw.policy_overrides (policy_key varchar, value varchar)"
    )
    for override in run.policy.items():
        conn.execute("insert into raw.policy_overrides values (?, ?)", list(override))


def _refuse_rings(conn: duckdb.DuckDBPyConnection, sources: dict[str, Source]) -> None:
    """An account or product that is its own ancestor has no place to be counted."""
    for table, key, leads_to in (
        (
            "crm__accounts",
            "account_id",
            "coalesce(nullif(cast(merged_into_account_id as varchar), ''), "
            "nullif(cast(parent_account_id as varchar), ''))",
        ),
        ("billing__product_migrations", "old_product_id", "new_product_id"),
    ):
        ring = conn.execute(
            f"""
            with recursive steps as (
                select cast({key} as varchar) as start, {leads_to} as place
                from raw.{table}
                where {leads_to} is not null
            ),
            walks as (
                select start, place from steps
                union
                select walks.start, steps.place
                from walks
                inner join steps on walks.place = steps.start
                where walks.place <> walks.start
            )
            select distinct start from walks where start = place order by start
            """
        ).fetchall()
        if ring:
            names = ", ".join(row[0] for row in ring[:10])
            raise DoorError(
                f"{sources[table].name}, table {table}: {key} {names} lead back to "
                "themselves in a ring; expected every chain to end."
            )


def _unreadable(table: str, place: Path | str, error: object) -> DoorError:
    reason = " ".join(str(error).split("Possible")[0].split())
    return DoorError(f"{place} cannot be read as table {table}: {reason.rstrip('.')}.")


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


class Plugin(BasePlugin):
    """Opens the door each time dbt connects."""

    def update_connection_config(self, creds: Any, config: dict[str, Any]) -> None:
        Path(creds.path).resolve().parent.mkdir(parents=True, exist_ok=True)

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        try:
            open_door(conn, settings())
        except (DoorError, SettingsError) as error:
            raise DbtRuntimeError(str(error)) from error
