"""Whether a closed month is still what was closed, in the warehouse and in the files.

A header has a hash of its month's rows in each frozen table, and one of itself. They
tell which copy was changed by hand, and so which one puts the other right.
"""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import duckdb

from orchestration.closing import (
    HEADER,
    SCHEMA,
    LedgerError,
    is_there,
    ledger_folder,
    parquet,
    reading,
)
from orchestration.settings import Settings

# Which hash of the header is of which table; headers are looked at first.
HASHES = {
    HEADER: "header_hash",
    "arr_snapshots": "content_hash",
    "item_snapshots": "items_hash",
    "reported_retention": "retention_hash",
}
# No part of a hash: all else is, as macros/frozen_columns.sql has it.
NOT_HASHED = ("snapshot_id", "month_start", "header_hash")

# By month, the hash of each of its snapshots: one, if no hand was there.
Hashes = dict[dt.date, dict[str, str]]


def refuse_altered(conn: duckdb.DuckDBPyConnection, run: Settings) -> None:
    """Raises LedgerError, with the repair, where a month is not what was closed."""
    if not is_there(conn, HEADER):
        return
    ledger = ledger_folder(run)
    header, headers = f"{SCHEMA}.{HEADER}", ledger / f"{HEADER}.parquet"
    for table, column in HASHES.items():
        name, file = f"{SCHEMA}.{table}", ledger / f"{table}.parquet"
        closed = _closed(conn, header, column)
        here = _present(conn, name, name) if is_there(conn, table) else {}
        with reading(headers):
            exists = headers.exists()
            exported = _closed(conn, parquet(headers), column) if exists else {}
        with reading(file):
            there = _present(conn, parquet(file), name) if file.exists() else {}
        repair = _repair(
            f"{name} of {run.warehouse}",
            file,
            wrong={month for month in closed if _differ(month, here, closed)},
            lost={month for month in exported if _differ(month, there, exported)},
            exported=set(exported),
            told_twice={month for month in exported if _differ(month, here, there)},
        )
        if repair:
            raise LedgerError(repair)


def _repair(
    name: str,
    file: Path,
    *,
    wrong: set[dt.date],
    lost: set[dt.date],
    exported: set[dt.date],
    told_twice: set[dt.date],
) -> str | None:
    """What was changed and what to do, in one sentence; None where nothing was.

    Months are `wrong` in the warehouse and `lost` in the file, where both are what was
    closed and yet not the same they are `told_twice`.
    """
    if file.exists() and (months := lost - wrong):
        return (
            f"{file} is not what was closed of {named(months)}: delete the file, and "
            "the next build that passes writes it again."
        )
    if months := wrong & lost:
        return (
            f"{name} is not what was closed of {named(months)}, nor does {file} have "
            "it: put back the file as it was, and build again."
        )
    if months := wrong & exported:
        return (
            f"{name} is not what was closed of {named(months)}: {delete(months)}, "
            f"and the next build takes back what {file.parent} has."
        )
    if wrong:
        return (
            f"{name} is not what was closed of {named(wrong)}, and no file has it "
            f"yet: {delete(wrong)}, and the next build closes it again."
        )
    if file.exists() and told_twice:
        return (
            f"{name} says other things than {file} of {named(told_twice)}: delete "
            f"the file if it is wrong, or else {delete(told_twice)}, and build again."
        )
    return None


def named(months: Iterable[dt.date]) -> str:
    """Months as a sentence names them, those in a row by the first and the last."""
    names = [f"{month:%Y-%m}" for month in sorted(months)]
    return f"{names[0]} to {names[-1]}" if _are_in_a_row(months) else ", ".join(names)


def delete(months: Iterable[dt.date]) -> str:
    """How to take months out of the warehouse, so that the files give them back."""
    dates = [f"'{month}'" for month in sorted(months)]
    these = f"in ({', '.join(dates)})"
    if _are_in_a_row(months):
        these = f"between {dates[0]} and {dates[-1]}"
    return f'run "delete from {SCHEMA}.{HEADER} where month_start {these}" on it'


def _are_in_a_row(months: Iterable[dt.date]) -> bool:
    numbers = [month.year * 12 + month.month for month in months]
    return 1 < len(numbers) == max(numbers) - min(numbers) + 1


def _differ(month: dt.date, one: Hashes, other: Hashes) -> bool:
    return one.get(month, {}) != other.get(month, {})


def _closed(conn: duckdb.DuckDBPyConnection, headers: str, column: str) -> Hashes:
    """The hashes that headers have; none where a month has no rows."""
    rows = conn.execute(
        f"select month_start, snapshot_id, {column} from {headers}"
    ).fetchall()
    return {month: {key: made} if made else {} for month, key, made in rows}


def _present(conn: duckdb.DuckDBPyConnection, rows: str, table: str) -> Hashes:
    """The hashes of what is there now, made as macros/rows_hash.sql makes them."""
    columns = [row[0] for row in conn.execute(f"describe {table}").fetchall()]
    texts = ", '|', ".join(
        f"coalesce(cast({column} as varchar), '')"
        for column in columns
        if column not in NOT_HASHED
    )
    number = f"cast(concat('0x', substr(sha256(concat({texts})), 1, 15)) as bigint)"
    found: Hashes = {}
    for month, key, made in conn.execute(
        f"""
        select month_start, snapshot_id,
            md5(concat(count(*), ' ', sum(cast({number} as decimal(38, 0)))))
        from {rows}
        group by all
        """
    ).fetchall():
        found.setdefault(month, {})[key] = made
    return found
