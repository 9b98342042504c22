"""What a close leaves beside the warehouse: the raw rows that ARR is made of, and the
frozen tables of schema `ledger`, from which a new warehouse gets them back.

A month is closed when its header, the row of ledger.closed_months, is there. Headers
are written and exported last, so whatever is cut short is done again.
"""

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb

from orchestration.settings import Settings, policy_values, shown

SCHEMA = "ledger"
HEADER = "closed_months"
# What is frozen of a month, the header last.
FROZEN = ("arr_snapshots", "item_snapshots", "reported_retention", HEADER)
# What says how all this is laid out, and which hashes an earlier version wrote.
ABOUT = ("layout", "rehashed")
# The raw tables that ARR is made of.
ARR_TABLES = (
    "billing__contract_migrations",
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

    A table that is not there comes back whole, a month without its header with all that
    was frozen of it.
    """
    ledger = ledger_folder(run)
    files = sorted(ledger.glob("*.parquet"))
    if not files:
        return
    conn.execute(f"create schema if not exists {SCHEMA}")
    for file in files:
        if is_there(conn, file.stem):
            continue
        with reading(file):
            rows = f"select * from {parquet(file)}"
            conn.execute(f'create table {SCHEMA}."{file.stem}" as {rows}')
    if any(file.stem == HEADER for file in files):
        _restore_months(conn, ledger)


def export(
    conn: duckdb.DuckDBPyConnection, run: Settings, tables: Iterable[str]
) -> None:
    """Writes tables of the ledger as Parquet, headers last, no file ever half there."""
    ledger = ledger_folder(run)
    ledger.mkdir(parents=True, exist_ok=True)
    names = {*tables, *ABOUT}
    for table in sorted(names, key=lambda table: (table == HEADER, table)):
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
            and extract(day from try_cast(month_start as date)) = 1
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
    return _name_of({table: _rows_hash(conn, f'raw."{table}"') for table in tables})


def is_whole(folder: Path) -> bool:
    """Whether a copy of raw rows has all that it is named for, and nothing else."""
    files = {path.stem: path for path in folder.glob("*.parquet")}
    kept = [table for table in ARR_TABLES if table in files]
    if len(kept) < len(list(folder.iterdir())):
        return False
    try:
        with duckdb.connect() as conn:
            hashes = {table: _rows_hash(conn, parquet(files[table])) for table in kept}
    except duckdb.Error:
        return False
    return _name_of(hashes) == folder.name


def _name_of(hashes: Mapping[str, str]) -> str:
    lines = [f"{table} {made}" for table, made in hashes.items()]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _rows_hash(conn: duckdb.DuckDBPyConnection, table: str) -> str:
    """The rows of a raw table in one text, whatever their order."""
    columns = conn.execute(f"describe from {table}").fetchall()
    texts = ", chr(31), ".join(f'cast("{column[0]}" as varchar)' for column in columns)
    found = conn.execute(
        f"""
        select count(*), sum(cast(concat('0x', substr(text, 1, 15)) as bigint))
        from (select sha256(concat({texts})) as text from {table})
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


def _restore_months(conn: duckdb.DuckDBPyConnection, ledger: Path) -> None:
    with reading(ledger / f"{HEADER}.parquet"):
        lost = conn.execute(
            f"""
            select month_start from {parquet(ledger / f"{HEADER}.parquet")}
            except
            select month_start from {SCHEMA}.{HEADER}
            """
        ).fetchall()
    months = ", ".join(f"date '{row[0]}'" for row in lost)
    files = [ledger / f"{table}.parquet" for table in FROZEN if lost]
    # Without its file a table keeps what it has.
    for file in filter(Path.exists, files):
        name, these = f"{SCHEMA}.{file.stem}", f"where month_start in ({months})"
        conn.execute(f"delete from {name} {these}")
        with reading(file):
            conn.execute(f"insert into {name} by name from {parquet(file)} {these}")


@contextmanager
def reading(file: Path) -> Iterator[None]:
    """Names a file of the ledger that cannot be read, and its repair."""
    try:
        yield
    except (duckdb.Error, OSError) as error:
        raise LedgerError(
            f"{shown(file)} cannot be read, as if it was cut short or changed: put it "
            "back as it was, or delete it if the warehouse is whole, and the next "
            "build that passes writes it again."
        ) from error


def parquet(file: Path) -> str:
    """A Parquet file as a relation."""
    return f"read_parquet('{quoted(file)}')"


def quoted(file: Path) -> str:
    """A path as it stands between quotes in SQL."""
    return str(file).replace("'", "''")
