"""What a close leaves beside the warehouse: the raw rows that ARR is made of, and the
frozen tables of schema `ledger`, from which a new warehouse gets them back.

A month is closed when its header, the row of ledger.closed_months, is there. Headers
are written and exported last, so whatever is cut short is done again.
"""

import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import duckdb

from orchestration.settings import Settings, policy_values

SCHEMA = "ledger"
HEADER = "closed_months"
# What is frozen of a month, the header last.
FROZEN = (
    *("arr_snapshots", "item_snapshots", "opening_item_snapshots"),
    *("reported_retention", HEADER),
)
# The raw tables that ARR is made of.
ARR_TABLES = (
    "billing__discounts",
    "billing__fx_rates",
    "billing__product_migrations",
    "billing__products",
    "billing__subscription_items",
    "billing__subscription_statuses",
    "billing__subscriptions",
    "crm__accounts",
    "finance__arr_adjustments",
    "finance__period_closes",
)


class LedgerError(Exception):
    """A past that is not what it was; the message names the table and the key."""


def ledger_folder(run: Settings) -> Path:
    """Where the ledger lies beside the warehouse."""
    return run.warehouse.with_name(f"{run.warehouse.stem}.{SCHEMA}")


def keep_raw(
    conn: duckdb.DuckDBPyConnection, run: Settings, tables: Iterable[str]
) -> str | None:
    """Keeps the raw rows that ARR is made of when there is a month to close.

    Gives the name of the copy, made from its content: the same rows are kept once. The
    copy is a raw folder, which EXPANSION_RAW can name. The name alone is given where a
    month was closed under another policy: its restatement tells data from policy.
    """
    has_month_to_close = not run.policy and _has_month_to_close(conn, run)
    if not has_month_to_close and not _has_month_of_another_policy(conn, run):
        return None
    kept = [table for table in ARR_TABLES if table in tables]
    raw_id = _raw_id(conn, kept)
    folder = ledger_folder(run) / "raw" / raw_id
    is_in_memory = run.warehouse == Path(":memory:")
    if has_month_to_close and not is_in_memory and not folder.exists():
        copy_raw(conn, kept, folder)
    return raw_id


def restore(conn: duckdb.DuckDBPyConnection, run: Settings) -> None:
    """Gives back what the warehouse lacks of the exported ledger.

    A table that is not there comes back whole, a closed month with all that was frozen
    of it. Raises LedgerError when a month was closed twice, with other figures.
    """
    ledger = ledger_folder(run)
    files = sorted(ledger.glob("*.parquet"))
    if not files:
        return
    conn.execute(f"create schema if not exists {SCHEMA}")
    for file in files:
        if not is_there(conn, file.stem):
            rows = f"select * from {_parquet(file)}"
            conn.execute(f'create table {SCHEMA}."{file.stem}" as {rows}')
    if any(file.stem == HEADER for file in files):
        _refuse_other_past(conn, ledger)
        _restore_months(conn, ledger)


def export(
    conn: duckdb.DuckDBPyConnection, run: Settings, tables: Iterable[str]
) -> None:
    """Writes tables of the ledger as Parquet, headers last, no file ever half there."""
    ledger = ledger_folder(run)
    ledger.mkdir(parents=True, exist_ok=True)
    for table in sorted(tables, key=lambda table: (table == HEADER, table)):
        if is_there(conn, table):
            write_parquet(conn, f'{SCHEMA}."{table}"', ledger / f"{table}.parquet")


def write_parquet(conn: duckdb.DuckDBPyConnection, rows: str, file: Path) -> None:
    """A relation as a file, written beside it and moved over it."""
    half = file.with_suffix(".half")
    conn.execute(f"copy (from {rows}) to '{quoted(half)}' (format parquet)")
    os.replace(half, file)


def is_there(conn: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Whether the warehouse has a table of this name in the ledger."""
    found = conn.execute(
        """
        select 1 from information_schema.tables
        where table_catalog = current_database()
            and table_schema = ? and table_name = ?
        """,
        [SCHEMA, table],
    ).fetchall()
    return bool(found)


def _has_month_to_close(conn: duckdb.DuckDBPyConnection, run: Settings) -> bool:
    frozen = (
        f"select month_start from {SCHEMA}.{HEADER}"
        if is_there(conn, HEADER)
        else "select cast(null as date) where false"
    )
    found = conn.execute(
        f"""
        select 1 from raw.finance__period_closes
        where try_cast(closed_on as date) <= ?
            and try_cast(month_start as date) not in ({frozen})
        limit 1
        """,
        [run.as_of],
    ).fetchall()
    return bool(found)


def _has_month_of_another_policy(
    conn: duckdb.DuckDBPyConnection, run: Settings
) -> bool:
    if not is_there(conn, HEADER):
        return False
    found = conn.execute(
        f"select 1 from {SCHEMA}.{HEADER} where policy_values <> ? limit 1",
        [policy_values(run.policy)],
    ).fetchall()
    return bool(found)


def _raw_id(conn: duckdb.DuckDBPyConnection, tables: list[str]) -> str:
    hashes = [f"{table} {_rows_hash(conn, table)}" for table in tables]
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()[:16]


def _rows_hash(conn: duckdb.DuckDBPyConnection, table: str) -> str:
    """The rows of a raw table in one text, whatever their order."""
    columns = conn.execute(f'describe raw."{table}"').fetchall()
    texts = ", chr(31), ".join(f'cast("{column[0]}" as varchar)' for column in columns)
    found = conn.execute(
        f"""
        select count(*), sum(cast(concat('0x', substr(text, 1, 15)) as bigint))
        from (select sha256(concat({texts})) as text from raw."{table}")
        """
    ).fetchall()
    return " ".join(str(value) for value in found[0])


def copy_raw(
    conn: duckdb.DuckDBPyConnection, tables: Iterable[str], folder: Path
) -> None:
    """Raw tables of the warehouse as a raw folder."""
    half = folder.with_suffix(".half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    for table in tables:
        write_parquet(conn, f'raw."{table}"', half / f"{table}.parquet")
    os.replace(half, folder)


def _refuse_other_past(conn: duckdb.DuckDBPyConnection, ledger: Path) -> None:
    """A month has one header: that of the warehouse and of the file are the same."""
    file = ledger / f"{HEADER}.parquet"
    names = [
        row[0] for row in conn.execute(f"describe from {_parquet(file)}").fetchall()
    ]
    columns = ", ".join(f'"{name}"' for name in names)
    found = conn.execute(
        f"""
        select month_start
        from (
            select {columns} from {_parquet(file)}
            except
            select {columns} from {SCHEMA}.{HEADER}
        )
        where month_start in (select month_start from {SCHEMA}.{HEADER})
        order by month_start
        """
    ).fetchall()
    if found:
        raise LedgerError(
            f"{SCHEMA}.{HEADER} is not what {file} says of month_start {found[0][0]}: "
            "one of them was changed by hand. Put back the one that is right."
        )


def _restore_months(conn: duckdb.DuckDBPyConnection, ledger: Path) -> None:
    lost = conn.execute(
        f"""
        select month_start from {_parquet(ledger / f"{HEADER}.parquet")}
        except
        select month_start from {SCHEMA}.{HEADER}
        """
    ).fetchall()
    months = ", ".join(f"date '{row[0]}'" for row in lost)
    for table in FROZEN if lost else ():
        file = ledger / f"{table}.parquet"
        name, these = f"{SCHEMA}.{table}", f"where month_start in ({months})"
        conn.execute(f"delete from {name} {these}")
        conn.execute(f"insert into {name} by name from {_parquet(file)} {these}")


def _parquet(file: Path) -> str:
    return f"read_parquet('{quoted(file)}')"


def quoted(file: Path) -> str:
    """A path as it stands between quotes in SQL."""
    return str(file).replace("'", "''")
