"""The whole build without dbt's start-up: the SQL that dbt compiled, run in its order.

dbt compiles the project once; a build then runs each seed, model and data test on a
DuckDB in memory, in some tenths of a second. Nothing is re-written: the door opens as
it does for dbt, and the statements are dbt's own.
"""

import csv
import datetime as dt
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from orchestration.closing import FROZEN
from orchestration.door import open_door
from orchestration.evaluations import PARSED
from orchestration.settings import PROJECT, Settings

CATALOG = "warehouse"

# The marts of finance and their keys.
KEYS = {
    "accounts": ["account_id"],
    "arr_account_months": ["account_id", "month_start"],
    "arr_product_months": ["account_id", "product_id", "month_start"],
    "expansion_drivers": ["account_id", "product_id", "month_start", "driver"],
    "arr_bridge_months": ["scope_type", "scope_value", "month_start"],
    "retention_months": ["scope_type", "scope_value", "month_start", "metric_id"],
}
# Golden cases may expect rows of these too.
CASE_KEYS = KEYS | {
    "data_quality_summary": ["table_name"],
    "reconciliation_billing_months": ["account_id", "product_id", "month_start"],
    "revenue_doubts": ["doubt", "product_id", "subscription_id", "contract_lines"],
}
# Marts that few cases list: only those build them.
SELDOM_KEYS = {
    "expansion_months": ["scope_type", "scope_value", "month_start"],
    "reconciliation_source_totals": ["table_name", "measure"],
    "refusals": ["table_name", "reason", "cause_table", "cause_reason"],
    "table_doubts": ["doubt", "table_name"],
}


@dataclass(frozen=True)
class Node:
    """A seed, model, snapshot or data test, with the SQL dbt compiled for it.

    `columns` are those of an enforced contract, in its order: name, type, and whether
    it may be null.
    """

    name: str
    kind: str
    schema: str
    sql: str = field(repr=False)
    key: str = ""
    reads: frozenset[str] = frozenset()
    columns: tuple[tuple[str, str, bool], ...] = field(default=(), repr=False)


def release_warehouse() -> None:
    """Closes the file that dbt keeps open in this process."""
    if DuckDBConnectionManager._ENV:
        DuckDBConnectionManager._ENV.close()
    DuckDBConnectionManager.close_all_connections()


def dbt(
    *arguments: str,
    warehouse: Path,
    parsed: Path | None = None,
    may_fail: bool = False,
) -> Any:
    """Runs dbt in this process on a warehouse of its own; raises when it fails.

    `parsed` is where dbt has parsed the project to for a warehouse of the same name, so
    that it need not be parsed again.
    """
    os.environ["EXPANSION_WAREHOUSE"] = str(warehouse)
    target = ["--target-path", str(warehouse.parent / "target"), "--quiet"]
    target += ["--log-level-file", "none"]
    folders = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    try:
        runner = dbtRunner(manifest=manifest_of(parsed) if parsed else None)
        done = runner.invoke([*arguments, *folders, *target])
    finally:
        release_warehouse()
        del os.environ["EXPANSION_WAREHOUSE"]
    if not done.success and not (may_fail and done.result):
        raise RuntimeError(f"dbt {' '.join(arguments)} failed: {done.exception}")
    return done.result


def manifest_of(parsed: Path) -> Manifest:
    """The project as dbt parsed it; a run of dbt changes it, so each needs its own."""
    manifest = Manifest.from_msgpack((parsed / PARSED).read_bytes())
    manifest.build_flat_graph()
    return manifest


def load_definitions(parsed: Path) -> Any:
    """Dagster's definitions of the project as dbt parsed it to a folder.

    They look for the manifest beside the warehouse that is set when they are loaded:
    whoever imports them earlier gets those of an earlier build, or none.
    """
    run = replace(run_settings(PROJECT, dt.date.min), warehouse=parsed / "own.duckdb")
    run.artifacts.mkdir(exist_ok=True)
    half = run.artifacts / f"{os.getpid()}.half"
    shutil.copy(parsed / "manifest.json", half)
    half.replace(run.artifacts / "manifest.json")
    before = os.environ.get("EXPANSION_WAREHOUSE")
    os.environ["EXPANSION_WAREHOUSE"] = str(run.warehouse)
    try:
        from orchestration.definitions import defs
    finally:
        del os.environ["EXPANSION_WAREHOUSE"]
        if before is not None:
            os.environ["EXPANSION_WAREHOUSE"] = before
    return defs


def compiled_nodes(folder: Path) -> list[Node]:
    """Every seed, model, snapshot and data test, each after what it reads."""
    results = dbt("compile", warehouse=folder / f"{CATALOG}.duckdb")
    nodes = {result.node.unique_id: result.node for result in results}
    nodes = {
        key: node
        for key, node in nodes.items()
        if node.resource_type in ("seed", "model", "snapshot", "test")
    }
    order = TopologicalSorter(
        {key: node.depends_on_nodes for key, node in nodes.items()}
    ).static_order()
    return [_node(nodes[key]) for key in order if key in nodes]


def _node(node: Any) -> Node:
    kind = str(node.resource_type)
    if kind == "seed":
        casts = ", ".join(
            f"cast({name} as {type_}) as {name}"
            for name, type_ in node.config.column_types.items()
        )
        rows = f"read_csv('{PROJECT / node.original_file_path}', all_varchar = true)"
        sql = f"select * replace ({casts}) from {rows}"
    elif kind == "snapshot":
        # As its first run leaves it: a build in memory has no past.
        sql = (
            "select *, (select as_of_date from raw.run) as dbt_valid_from, "
            f"cast(null as date) as dbt_valid_to from ({node.compiled_code})"
        )
    else:
        sql = node.compiled_code
    reads = frozenset(node.depends_on_nodes)
    columns = ()
    if kind == "model" and node.contract.enforced:
        columns = tuple(
            (column.name, column.data_type, not _is_never_null(column))
            for column in node.columns.values()
        )
    return Node(node.name, kind, node.schema, sql, node.unique_id, reads, columns)


def _is_never_null(column: Any) -> bool:
    kinds = {constraint.type.value for constraint in column.constraints}
    return bool(kinds & {"not_null", "primary_key"})


def leading_to(nodes: list[Node], marts: Iterable[str]) -> list[Node]:
    """What these marts are made of, and the tests that need nothing else."""
    wanted = set(marts)
    models = [node for node in nodes if node.kind != "test"]
    keys = {node.key for node in models if node.name in wanted}
    for node in reversed(models):
        if node.key in keys:
            keys |= node.reads
    return [
        node
        for node in nodes
        if node.key in keys
        or (
            node.kind == "test"
            and all(key in keys or key.startswith("source.") for key in node.reads)
        )
    ]


def attached(place: Path | str, how: str = "") -> duckdb.DuckDBPyConnection:
    """A connection to a warehouse, under the name that compiled SQL knows it by."""
    conn = duckdb.connect()
    conn.execute(f"attach '{place}' as {CATALOG} {how}")
    conn.execute(f"use {CATALOG}")
    return conn


def build(
    nodes: list[Node], run: Settings, place: Path | str = ":memory:"
) -> duckdb.DuckDBPyConnection:
    """A warehouse with every table built; data tests are the caller's."""
    conn = attached(place)
    open_door(conn, run)
    for schema in sorted({node.schema for node in nodes if node.kind != "test"}):
        conn.execute(f"create schema if not exists {schema}")
    for node in nodes:
        if node.kind != "test":
            table = f'{node.schema}."{node.name}"'
            conn.execute(f"create or replace table {table} as {node.sql}")
    return conn


def rebuild(conn: duckdb.DuckDBPyConnection, nodes: list[Node], run: Settings) -> None:
    """Builds once more, on other raw rows; what was frozen stays, and no more is."""
    open_door(conn, run)
    for node in nodes:
        if node.kind != "test" and node.name not in FROZEN:
            table = f'{node.schema}."{node.name}"'
            conn.execute(f"create or replace table {table} as {node.sql}")


@cache
def type_name(kind: str) -> str:
    """A type as DuckDB says it."""
    with duckdb.connect() as conn:
        return str(
            conn.execute(f"select typeof(cast(null as {kind}))").fetchall()[0][0]
        )


def broken_contracts(
    conn: duckdb.DuckDBPyConnection, nodes: list[Node]
) -> Iterator[tuple[str, str, str]]:
    """What dbt refuses of a table that has a contract: its name, the rule and what is.

    A build in memory makes tables of what a select gives, without dbt's own check.
    """
    shapes: dict[tuple[str, str], dict[str, str]] = {}
    for schema, table, column, kind in conn.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns() "
        "where database_name = current_database()"
    ).fetchall():
        shapes.setdefault((schema, table), {})[column] = kind
    for node in nodes:
        if not node.columns:
            continue
        table = f'{node.schema}."{node.name}"'
        found = shapes[node.schema, node.name]
        expected = {name: type_name(kind) for name, kind, _ in node.columns}
        if found != expected:
            differ = sorted(expected.items() ^ found.items())
            yield node.name, "has the columns of its contract", str(differ)
        never_null = [
            name for name, _, may in node.columns if not may and name in found
        ]
        nulls = ", ".join(f'count(*) - count("{name}")' for name in never_null)
        if not nulls:
            continue
        counts = conn.execute(f"select {nulls} from {table}").fetchall()[0]
        for name, count in zip(never_null, counts, strict=True):
            if count:
                yield node.name, f"{name} is never null", f"{count} rows"


def assert_data_tests_pass(conn: duckdb.DuckDBPyConnection, nodes: list[Node]) -> None:
    """AssertionError with broken contracts or data tests that return rows."""
    assert [*broken_contracts(conn, nodes)] == []
    rows = {
        node.name: conn.execute(f"select * from ({node.sql}) limit 5").fetchall()
        for node in nodes
        if node.kind == "test"
    }
    assert len(rows) == sum(node.kind == "test" for node in nodes)
    failed = {name: found for name, found in rows.items() if found}
    assert failed == {}


def run_settings(
    raw: Path, as_of: dt.date, policy: Mapping[str, Any] | None = None
) -> Settings:
    """The settings of a build in memory."""
    overrides = {key: str(value) for key, value in (policy or {}).items()}
    return Settings(str(raw), Path(":memory:"), as_of, overrides, "duckdb")


def read_mart(conn: duckdb.DuckDBPyConnection, mart: str) -> list[dict[str, Any]]:
    """The rows of a mart as dicts."""
    result = conn.execute(f'select * from marts."{mart}"')
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def read_csv_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file as dicts of text."""
    with path.open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def make_build(warehouse: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """What `make build` runs, on a warehouse of its own."""
    return subprocess.run(
        [sys.executable, "-m", "orchestration.build"],
        cwd=PROJECT,
        env=os.environ | {"EXPANSION_WAREHOUSE": str(warehouse)} | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
