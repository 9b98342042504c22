"""Hashes of frozen months, as headers have them: what steps verify and write anew."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb

from orchestration.closing import HEADER, LedgerError
from orchestration.settings import shown
from orchestration.tampering import delete, named

REHASHED = "rehashed"


def rows_hash(columns: Sequence[str]) -> str:
    """The SQL of one hash over the rows of a group, as macros/rows_hash.sql has it."""
    texts = ", '|', ".join(f"coalesce(cast({name} as varchar), '')" for name in columns)
    number = f"cast(concat('0x', substr(sha256(concat({texts})), 1, 15)) as bigint)"
    return f"md5(concat(count(*), ' ', sum(cast({number} as decimal(38, 0)))))"


def months_hashed(
    conn: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str]
) -> dict[tuple[dt.date, str], str]:
    """The hash of each snapshot in a frozen table, by month and name."""
    rows = conn.execute(
        f"select month_start, snapshot_id, {rows_hash(columns)} from {table} "
        "group by all"
    ).fetchall()
    return {(month, name): made for month, name, made in rows}


def refuse_changed(
    conn: duckdb.DuckDBPyConnection,
    schema: str,
    place: Path,
    hashed: Mapping[str, tuple[str, Sequence[str]]],
) -> None:
    """Raises LedgerError where a closed month is not what its header has the hash of.

    `hashed` names for each frozen table the column of the header and what is hashed.
    """
    for table, (column, columns) in hashed.items():
        found = months_hashed(conn, f"{schema}.{table}", columns)
        closed = {
            (month, name): made
            for month, name, made in conn.execute(
                f"select month_start, snapshot_id, {column} from {schema}.{HEADER}"
            ).fetchall()
            if made
        }
        # What has no header was never closed; the next build takes it out.
        known = {key: made for key, made in found.items() if key in closed}
        wrong = {month for month, _ in _differing(known, closed)}
        if wrong:
            raise _not_what_was_closed(table, place, wrong)


def refuse_other_totals(
    conn: duckdb.DuckDBPyConnection, schema: str, place: Path
) -> None:
    """Raises LedgerError where a header, not hashed itself, says other totals."""
    rows = conn.execute(
        f"""
        select headers.month_start from {schema}.{HEADER} as headers
        left join (
            select snapshot_id, count(*) as n_rows, sum(closing_arr) as closing_arr
            from {schema}.arr_snapshots group by snapshot_id
        ) as present on headers.snapshot_id = present.snapshot_id
        where headers.n_rows <> coalesce(present.n_rows, 0)
            or headers.closing_arr <> coalesce(present.closing_arr, 0)
        """
    ).fetchall()
    if rows:
        raise _not_what_was_closed(HEADER, place, {row[0] for row in rows})


def _not_what_was_closed(table: str, place: Path, wrong: set[dt.date]) -> LedgerError:
    return LedgerError(
        f"{table} of {shown(place)} is not what was closed of {named(wrong)}, "
        f"so that it cannot be brought to this version: {_repair(place, wrong)}"
    )


def _differing(
    one: Mapping[tuple[dt.date, str], str], other: Mapping[tuple[dt.date, str], str]
) -> set[tuple[dt.date, str]]:
    return {key for key in {*one, *other} if one.get(key) != other.get(key)}


def _repair(place: Path, months: Iterable[dt.date]) -> str:
    if place.suffix == ".ledger":
        return "put the folder back as it was, and build again."
    return (
        f"put the file back as it was, or {delete(months)}, and the next build "
        "takes back what the .ledger folder beside it has."
    )


def note_rehashed(
    conn: duckdb.DuckDBPyConnection,
    schema: str,
    table: str,
    column: str,
    columns: Sequence[str],
    to_layout: int,
) -> None:
    """Writes the hashes of a frozen table into the headers; keeps those there were."""
    conn.execute(
        f"create table if not exists {schema}.{REHASHED} (month_start date, "
        "snapshot_id varchar, table_name varchar, from_layout integer, "
        "to_layout integer, old_hash varchar, new_hash varchar)"
    )
    conn.execute(
        f"""
        insert into {schema}.{REHASHED}
        select headers.month_start, headers.snapshot_id, '{table}', {to_layout - 1},
            {to_layout}, headers.{column}, present.made
        from {schema}.{HEADER} as headers
        left join (
            select snapshot_id, {rows_hash(columns)} as made
            from {schema}.{table} group by snapshot_id
        ) as present on headers.snapshot_id = present.snapshot_id
        order by headers.month_start
        """
    )
    conn.execute(
        f"""
        update {schema}.{HEADER} as headers set {column} = noted.new_hash
        from {schema}.{REHASHED} as noted
        where headers.snapshot_id = noted.snapshot_id
            and noted.table_name = '{table}' and noted.to_layout = {to_layout}
        """
    )
