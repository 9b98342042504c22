"""The door: registers a company's raw tables in schema `raw` of the warehouse.

dbt loads this module as a plugin whenever it connects, so nothing is built without
passing here. What the warehouse lacks of the exported ledger comes back first, and raw
rows are kept where a month is to be closed. A CSV file is copied, each value as text; a
Parquet file or a loader's table is read where it lies. Staging decides row by row what
is admitted; the door stops only for what no row can answer: a core table that is
missing, a file that cannot be read, a column that must be there, a ring in a hierarchy,
sums that no figure holds, a past that is not what it was. Then nothing is written.
"""

import gc
import json
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError

from orchestration.closing import LedgerError, keep_raw, restore
from orchestration.evaluations import make_tables
from orchestration.interrupts import die_with_build
from orchestration.layout import upgrade
from orchestration.raw_files import csv_fault
from orchestration.raw_sources import find_sources
from orchestration.raw_tables import (
    Contract,
    DoorError,
    Source,
    contract,
    read_as,
    unreadable,
)
from orchestration.raw_totals import refuse_sums_too_large
from orchestration.settings import (
    Settings,
    SettingsError,
    policy_in_force,
    settings,
)
from orchestration.tampering import refuse_altered

# A chain that must end: table, the id it is about, the id it leads to. An account that
# is its own parent is a top account.
CHAINS = (
    (
        "crm__accounts",
        "account_id",
        "coalesce(nullif(nullif(cast(merged_into_account_id as varchar), ''), "
        "cast(account_id as varchar)), nullif(nullif(cast(parent_account_id as "
        "varchar), ''), cast(account_id as varchar)))",
    ),
    ("billing__product_migrations", "old_product_id", "new_product_id"),
    # An id of a subscription and one of a line are two, whatever they are called.
    (
        "billing__contract_migrations",
        "id_kind || ' ' || old_id",
        "id_kind || ' ' || new_id",
    ),
)


# What people call the key of a chain, where it is more than a column.
KEYS_SHOWN = {"billing__contract_migrations": "old ids"}


def open_door(conn: duckdb.DuckDBPyConnection, run: Settings) -> None:
    """Registers every table of the contract, or raises DoorError and writes nothing."""
    _set_zone(conn, run.zone)
    tables = contract()
    _refuse_tables_without_ends(run, tables)
    found = find_sources(conn, run.raw, tables)
    sources = found.tables
    stamps = {table: source.stamp for table, source in sources.items()}
    stamp = json.dumps([run.raw, run.zone, tables, stamps, found.unread_line()])
    can_tell = None not in stamps.values()
    conn.execute("begin transaction")
    try:
        if not (can_tell and _registered_stamp(conn) == stamp):
            _register(conn, tables, sources, run.zone)
            for chain in CHAINS:
                _refuse_ring(conn, sources, *chain)
            refuse_sums_too_large(conn, sources)
            conn.execute(
                "create or replace table raw.registration "
                "(stamp varchar, unread varchar)"
            )
            conn.execute(
                "insert into raw.registration values (?, ?)",
                [stamp, found.unread_line()],
            )
        upgrade(conn, run)
        restore(conn, run)
        refuse_altered(conn, run)
        make_tables(conn)
        _register_run(conn, run, keep_raw(conn, run, sources))
    except BaseException:
        conn.execute("rollback")
        raise
    conn.execute("commit")


def _refuse_tables_without_ends(run: Settings, tables: Contract) -> None:
    """A table that is misspelt would be read as if it were not named."""
    known = sorted(
        table
        for table, rules in tables.items()
        if any("end" in rule for rule in rules["columns"].values())
    )
    named = policy_in_force(run.policy)["inclusive_end_tables"].split()
    unknown = [table for table in named if table not in known]
    if unknown and named != ["none"]:
        raise SettingsError(
            f"inclusive_end_tables of the policy has '{unknown[0]}': expected none, or "
            f"some of {' '.join(known)}."
        )


def _kind(conn: duckdb.DuckDBPyConnection, table: str) -> str | None:
    """Whether raw.<table> is a `table` or a `view`; None when it is not there."""
    rows = conn.execute(
        """
        select case table_type when 'VIEW' then 'view' else 'table' end
        from information_schema.tables
        where table_catalog = current_database()
            and table_schema = 'raw' and table_name = ?
        """,
        [table],
    ).fetchall()
    return rows[0][0] if rows else None


def _registered_stamp(conn: duckdb.DuckDBPyConnection) -> str | None:
    if not _kind(conn, "registration"):
        return None
    return conn.execute("select stamp from raw.registration").fetchall()[0][0]


def unread_line(conn: duckdb.DuckDBPyConnection) -> str | None:
    """What of the raw data was not read, in one line; None where all of it was."""
    found = conn.execute("select unread from raw.registration").fetchall()
    return found[0][0] if found else None


def _set_zone(conn: duckdb.DuckDBPyConnection, zone: str) -> None:
    """One zone for the whole warehouse, whatever the machine's: see `read_as`."""
    known = "select 1 from pg_timezone_names() where name = ?"
    if not conn.execute(known, [zone]).fetchall():
        raise SettingsError(
            f"EXPANSION_TIME_ZONE is '{zone}': expected a name such as Europe/Berlin."
        )
    conn.execute(f"set global TimeZone = '{zone}'")


def _register(
    conn: duckdb.DuckDBPyConnection,
    tables: Contract,
    sources: dict[str, Source],
    zone: str,
) -> None:
    conn.execute("create schema if not exists raw")
    for table, rules in tables.items():
        source = sources.get(table)
        have = source.columns if source else {}
        columns = ", ".join(
            f'{read_as(have[name], rule["type"], zone)} as "{name}"'
            if name in have
            else f'cast(null as varchar) as "{name}"'
            for name, rule in rules["columns"].items()
        )
        rows = f"from {source.relation}" if source else "where false"
        if old := _kind(conn, table):
            conn.execute(f'drop {old} raw."{table}"')
        new = "table" if source and source.is_copied else "view"
        try:
            conn.execute(f'create {new} raw."{table}" as select {columns} {rows}')
        except duckdb.Error as error:
            place, reason = csv_fault(error)
            name = place or (source.name if source else table)
            raise unreadable(table, name, reason) from error


def _register_run(
    conn: duckdb.DuckDBPyConnection, run: Settings, raw_id: str | None
) -> None:
    """What the run is about, as tables: models read no clock and no environment."""
    conn.execute("create or replace table raw.run (as_of_date date, raw_id varchar)")
    conn.execute("insert into raw.run values (?, ?)", [run.as_of, raw_id])
    conn.execute(
        "create or replace table raw.policy_overrides "
        "(policy_key varchar, value varchar)"
    )
    for override in run.policy.items():
        conn.execute("insert into raw.policy_overrides values (?, ?)", list(override))


def _refuse_ring(
    conn: duckdb.DuckDBPyConnection,
    sources: dict[str, Source],
    table: str,
    key: str,
    leads_to: str,
) -> None:
    """An account or product that is its own ancestor has no place to be counted."""
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
            f"{sources[table].name}, table {table}: "
            f"{KEYS_SHOWN.get(table, key)} {names} lead back to "
            "themselves in a ring; expected every chain to end."
        )


class Plugin(BasePlugin):
    """Opens the door each time dbt connects."""

    def update_connection_config(self, creds: Any, config: dict[str, Any]) -> None:
        die_with_build()
        Path(creds.path).resolve().parent.mkdir(parents=True, exist_ok=True)

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        # dbt holds the parsed project until it ends: a fifth of its time went into
        # looking through it, again and again, for what could be freed.
        gc.freeze()
        try:
            open_door(conn, settings())
        except (DoorError, LedgerError, SettingsError) as error:
            raise DbtRuntimeError(str(error)) from error
