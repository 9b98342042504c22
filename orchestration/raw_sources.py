"""Where a company's raw tables lie: in a folder of files, or in a schema."""

from pathlib import Path

import duckdb

from orchestration.raw_files import in_folder, stamp
from orchestration.raw_tables import (
    Contract,
    DoorError,
    Given,
    Source,
    Sources,
    contract,
    named_columns,
    shown,
    table_like,
    unreadable,
)

__all__ = [
    "Contract",
    "DoorError",
    "Source",
    "Sources",
    "contract",
    "find_sources",
    "stamp",
    "unreadable",
]


def find_sources(
    conn: duckdb.DuckDBPyConnection, place: str, tables: Contract
) -> Sources:
    """The tables that are there; DoorError when a core table or a column is not."""
    is_schema = place.startswith("schema:")
    if is_schema:
        sources = _in_schema(conn, place.removeprefix("schema:"), tables)
    else:
        sources = in_folder(conn, Path(place), tables)
    missing = [
        table
        for table, rules in tables.items()
        if rules.get("core") and table not in sources.tables
    ]
    if missing:
        names = ", ".join(f"raw_{name}" if is_schema else name for name in missing)
        kind = "" if is_schema else " as .csv or .parquet"
        raise DoorError(f"{shown(place)} lacks a core table: expected {names}{kind}.")
    return sources


def _in_schema(
    conn: duckdb.DuckDBPyConnection, schema: str, tables: Contract
) -> Sources:
    found = conn.execute(
        """
        select
            table_name,
            list(column_name order by ordinal_position),
            list(data_type order by ordinal_position)
        from information_schema.columns
        where table_catalog = current_database() and table_schema = ?
        group by table_name
        order by table_name
        """,
        [schema],
    ).fetchall()
    sources: dict[str, Source] = {}
    unread = []
    for relation, names, kinds in found:
        place = f"{schema}.{relation}"
        table = relation.lower().removeprefix("raw_")
        if not relation.lower().startswith("raw_"):
            continue
        if table not in tables:
            if meant := table_like(table, tables):
                raise DoorError(
                    f"{shown(place)} is no table of the raw contract: rename it to "
                    f"raw_{meant}, or move it out of the schema."
                )
            unread.append(place)
            continue
        given = [
            Given(name, f'"{name}"', kind)
            for name, kind in zip(names, kinds, strict=True)
        ]
        rules = tables[table]["columns"]
        columns, others = named_columns(table, rules, place, given)
        sources[table] = Source(place, f'"{schema}"."{relation}"', columns, others)
    return Sources(sources, unread)
