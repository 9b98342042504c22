"""A warehouse of three tables, each row of which says the run that wrote it."""

from pathlib import Path
from typing import Any

import duckdb

AS_OF = "2026-06-30"
# What a text may hold that a file could lose: nothing, quotes, lines, an end mark.
NOTES = (
    *("null", "''", "' '", "'a,b'", "'say \"so\"'", "'null'", "'Zoë'"),
    *("'=1+1'", "'+1'", "'-1'", "'@x'", "'''quoted'", "'''=1'", "'\uff1d1'", r"e'\tx'"),
    r"e'\rx'",
    *(r"e'two\nlines'", r"e'one\r\ntwo'", r"e'\\.'", r"e'before\n\\.\nafter'"),
)


def write_warehouse(path: Path, run: int, rows: int = 20) -> None:
    """Writes the tables of a run into a warehouse, new or not."""
    with duckdb.connect(str(path)) as conn:
        write_tables(conn, run, rows)


def write_tables(conn: duckdb.DuckDBPyConnection, run: int, rows: int = 20) -> None:
    """One of each type in the marts, a view among them, and a decision."""
    for schema in ("staging", "intermediate", "marts", "decisions"):
        conn.execute(f"create schema if not exists {schema}")
    notes = ", ".join(f"({number}, {note})" for number, note in enumerate(NOTES))
    conn.execute(
        f"""
        create or replace table staging.stg_policy__metric_policy as
        select date '{AS_OF}' as as_of_date, '2026.01' as policy_version;

        create or replace table intermediate.int_figures as
        select
            {run} as run,
            cast(i as bigint) as figure_id,
            cast(i * 1.25 as decimal(18,2)) as amount,
            cast(i / 7 as decimal(18,6)) as rate,
            date '2024-02-29' + cast(i as integer) as day,
            case when i % 3 > 0 then i % 3 = 1 end as is_odd,
            note
        from range({rows}) as t (i)
        left join (values {notes}) as notes (number, note) on i = number;

        create or replace table marts.figures as from intermediate.int_figures;
        create or replace view marts.figure_days as
        select run, day, amount from intermediate.int_figures;
        create or replace table decisions.verdicts as
        select {run} as run, 'DEC-01' as decision_id
        """
    )


def run_in(database: Path, reader: duckdb.DuckDBPyConnection | None = None) -> int:
    """The run all tables of a published database agree on; AssertionError if not."""
    conn = reader or duckdb.connect()
    conn.execute(f"attach '{database}' as published (read_only)")
    runs = conn.execute(
        """
        select distinct run from published.marts.figures
        union select distinct run from published.marts.figure_days
        union select distinct run from published.decisions.verdicts
        """
    ).fetchall()
    conn.execute("detach published")
    assert len(runs) == 1, runs
    return int(runs[0][0])


def rows_of(conn: duckdb.DuckDBPyConnection, relation: str) -> list[tuple[Any, ...]]:
    """The rows of a relation in one order."""
    return conn.execute(f"from {relation} order by all").fetchall()
