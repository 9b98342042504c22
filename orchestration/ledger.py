"""What was decided and what was seen, kept for good: tables that only ever grow.

They live in schema `ledger` of the warehouse, which no build replaces, and as Parquet
beside it, from which a new warehouse gets them back. Each copy guards the other: what
stands in the Parquet and not in the warehouse has been tampered with.
"""

import re
from pathlib import Path

import duckdb
import pandas as pd

from decisions.contracts import Contract
from orchestration.closing import (
    SCHEMA,
    LedgerError,
    ledger_folder,
    quoted,
    reading,
    write_parquet,
)
from orchestration.settings import settings
from orchestration.warehouse import frame, typed
from reports.file_names import file_name


def read(table: str, contract: Contract) -> pd.DataFrame:
    """All rows so far, in the order of their key."""
    with duckdb.connect(str(settings().warehouse)) as conn:
        _restore(conn, table, contract)
        key = ", ".join(contract.key)
        return frame(conn, f"(select * from {SCHEMA}.{table} order by {key})")


def append(table: str, rows: pd.DataFrame, contract: Contract) -> int:
    """Adds the rows whose key is new and exports the table; how many were added.

    A row that is already there is left alone. One with the key of another row, or a
    past that was tampered with, raises LedgerError and adds nothing.
    """
    with duckdb.connect(str(settings().warehouse)) as conn:
        _restore(conn, table, contract)
        name = f"{SCHEMA}.{table}"
        before = _count(conn, name)
        conn.execute("begin transaction")
        try:
            typed(conn, name, rows, contract)
            conn.execute(
                f"insert into {name} select * from typed except select * from {name}"
            )
            _refuse_second_truths(conn, name, contract)
            added = _count(conn, name) - before
        except BaseException:
            conn.execute("rollback")
            raise
        conn.execute("commit")
        _export(conn, table, contract)
    return added


def parquet(table: str) -> Path:
    """Where a table of the ledger is exported to."""
    return ledger_folder(settings()) / f"{table}.parquet"


def write_pages(records: pd.DataFrame) -> None:
    """Each version of each record as a page to read, Markdown and HTML."""
    folder = parquet("").parent
    folder.mkdir(parents=True, exist_ok=True)
    ids = set(records["decision_id"])
    for record in records.to_dict("records"):
        name = f"{_page_name(record['decision_id'], ids)}-v{record['version']}"
        for suffix in ("md", "html"):
            text = record["markdown" if suffix == "md" else suffix]
            (folder / f"{name}.{suffix}").write_text(text, encoding="utf-8")


def _page_name(decision_id: str, ids: set[str]) -> str:
    """The id itself, where it is a file name and no other is the same but for case."""
    is_name = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}", decision_id)
    same = [other for other in ids if other.lower() == decision_id.lower()]
    return decision_id if is_name and len(same) == 1 else file_name(decision_id)


def _restore(conn: duckdb.DuckDBPyConnection, table: str, contract: Contract) -> None:
    """The table as it was: from the warehouse, else from Parquet, else empty."""
    name, path = f"{SCHEMA}.{table}", parquet(table)
    columns = ", ".join(f'"{column}" {kind}' for column, kind in contract.types.items())
    conn.execute(f"create schema if not exists {SCHEMA}")
    conn.execute(f"create table if not exists {name} ({columns})")
    if not path.exists():
        return
    exported = f"read_parquet('{quoted(path)}')"
    kept = ", ".join(f'"{column}"' for column in contract.types)
    key = ", ".join(contract.key)
    with reading(path):
        if not _count(conn, name):
            conn.execute(f"insert into {name} by name select * from {exported}")
        lost = conn.execute(
            f"select {key} from (select {kept} from {exported} "
            f"except select {kept} from {name}) order by {key} limit 1"
        ).fetchall()
    if lost:
        values = ", ".join(str(value) for value in lost[0])
        raise LedgerError(
            f"{name} is not what {path.name} says of {key} {values}: one of them was "
            "changed by hand. Put back the one that is right."
        )


def _refuse_second_truths(
    conn: duckdb.DuckDBPyConnection, name: str, contract: Contract
) -> None:
    key = ", ".join(contract.key)
    found = conn.execute(
        f"select {key} from {name} group by {key} having count(*) > 1 limit 1"
    ).fetchall()
    if found:
        values = ", ".join(str(value) for value in found[0])
        raise LedgerError(f"{name} has another row of {key} {values} already.")


def _export(conn: duckdb.DuckDBPyConnection, table: str, contract: Contract) -> None:
    """Written beside the file and moved over it, so that it is never half there."""
    path = parquet(table)
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = f"(select * from {SCHEMA}.{table} order by {', '.join(contract.key)})"
    write_parquet(conn, rows, path)


def _count(conn: duckdb.DuckDBPyConnection, name: str) -> int:
    return int(conn.execute(f"select count(*) from {name}").fetchall()[0][0])


def exported(table: str) -> pd.DataFrame:
    """The rows of the Parquet: what a sensor may read while a build writes."""
    with duckdb.connect() as conn:
        path = parquet(table)
        return frame(conn, f"'{quoted(path)}'") if path.exists() else pd.DataFrame()
