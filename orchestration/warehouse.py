"""The warehouse as Python sees it: one typed way in, one typed way out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
from dagster import ConfigurableResource

from decisions.contracts import Contract
from orchestration.lock import held
from orchestration.settings import settings

# What a column of a frame may hold for an SQL type, by the start of the type's name.
HOLDS = {
    "varchar": (pa.types.is_string, pa.types.is_large_string),
    "boolean": (pa.types.is_boolean,),
    "date": (pa.types.is_date,),
    "integer": (pa.types.is_integer,),
    "bigint": (pa.types.is_integer,),
    "decimal": (pa.types.is_decimal, pa.types.is_floating, pa.types.is_integer),
}

WAREHOUSE_TAG = "expansion/warehouse"


class ContractError(Exception):
    """A frame that is not what its contract promises; names the table and column."""


class OneWriter:
    """A resource whose runs hold the lock of the warehouse from start to end."""

    @contextmanager
    def yield_for_execution(self, context: Any) -> Iterator[Any]:
        # Runs of several warehouses share a home: each says whose it is.
        if context.run_id and context.instance:
            warehouse = str(settings().warehouse)
            context.instance.add_run_tags(context.run_id, {WAREHOUSE_TAG: warehouse})
        with (
            held(settings().warehouse),
            super().yield_for_execution(context) as resource,  # type: ignore[misc]
        ):
            yield resource


class Warehouse(OneWriter, ConfigurableResource):
    """The DuckDB file of this run; each call opens and closes its own connection."""

    def read(self, table: str) -> pd.DataFrame:
        """All rows of <schema>.<table>; decimals stay decimals, dates dates."""
        with duckdb.connect(str(settings().warehouse), read_only=True) as conn:
            return frame(conn, table)

    def write(self, table: str, rows: pd.DataFrame, contract: Contract) -> None:
        """Replaces <schema>.<table>, or raises ContractError and leaves it as it is."""
        with duckdb.connect(str(settings().warehouse)) as conn:
            replace(conn, table, rows, contract)


def frame(conn: duckdb.DuckDBPyConnection, table: str) -> pd.DataFrame:
    """The rows of a table."""
    return conn.sql(f"select * from {table}").to_arrow_table().to_pandas()


def replace(
    conn: duckdb.DuckDBPyConnection, table: str, rows: pd.DataFrame, contract: Contract
) -> None:
    """A table from a frame that keeps its contract, in one transaction."""
    conn.execute("begin transaction")
    try:
        conn.execute(f"create schema if not exists {table.split('.')[0]}")
        typed(conn, table, rows, contract)
        conn.execute(f"create or replace table {table} as select * from typed")
        _refuse_repeated_key(conn, table, contract)
    except BaseException:
        conn.execute("rollback")
        raise
    conn.execute("commit")


def typed(
    conn: duckdb.DuckDBPyConnection, table: str, rows: pd.DataFrame, contract: Contract
) -> None:
    """The temporary table `typed`: rows that keep a contract, with its types."""
    conn.register("checked", _checked(table, rows, contract))
    casts = {name: f'cast("{name}" as {kind})' for name, kind in contract.types.items()}
    for name, cast in casts.items():
        try:
            conn.execute(f"select max({cast}) from checked")
        except duckdb.Error as error:
            raise ContractError(f"{table}: {name} does not fit: {error}") from error
    columns = ", ".join(f'{cast} as "{name}"' for name, cast in casts.items())
    conn.execute(f"create or replace temp table typed as select {columns} from checked")


def _checked(table: str, rows: pd.DataFrame, contract: Contract) -> pa.Table:
    """The frame as an Arrow table with the columns of the contract, and no others."""
    missing = [name for name in contract.types if name not in rows]
    extra = [str(name) for name in rows if name not in contract.types]
    for problem, names in (("lacks", missing), ("may not have", extra)):
        if names:
            raise ContractError(f"{table} {problem} column {', '.join(names)}.")
    columns = []
    for name, kind in contract.types.items():
        try:
            column = pa.array(rows[name], from_pandas=True)
        except pa.ArrowException as error:
            raise ContractError(f"{table}: {name} mixes types: {error}") from error
        # Nothing but nulls is of any type, whatever pandas made of it.
        if column.null_count == len(column):
            column = pa.nulls(len(column))
        holds = (pa.types.is_null, *HOLDS[kind.split("(")[0]])
        if not any(is_held(column.type) for is_held in holds):
            raise ContractError(f"{table}: {name} is {column.type}, expected {kind}.")
        if name in contract.required and column.null_count:
            raise ContractError(f"{table}: {name} is null in {column.null_count} rows.")
        columns.append(column)
    return pa.table(columns, names=list(contract.types))


def _refuse_repeated_key(
    conn: duckdb.DuckDBPyConnection, table: str, contract: Contract
) -> None:
    key = ", ".join(contract.key)
    found = conn.execute(
        f"select {key} from {table} group by {key} having count(*) > 1 limit 1"
    ).fetchall()
    if found:
        values = ", ".join(str(value) for value in found[0])
        raise ContractError(f"{table}: the key {key} repeats: {values}.")
