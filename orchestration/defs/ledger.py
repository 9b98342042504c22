"""What restating a close needs before dbt runs, and what a close leaves after it."""

import json
from collections.abc import Collection, Iterator

import dagster as dg
import duckdb

from decisions.contracts import contracts
from orchestration.closing import SCHEMA, export
from orchestration.defs.dbt import project, raw_tables, tables
from orchestration.door import open_door
from orchestration.evaluations import evaluate
from orchestration.settings import settings

# What is in them is of this build, or of no use.
REBUILT = ["quarantine", "staging", "intermediate", "marts", "decisions"]
Relation = tuple[str, str]
EVALUATED = ("evaluated_months", "arr_evaluations")


@dg.multi_asset(
    group_name=SCHEMA,
    specs=[
        dg.AssetSpec([SCHEMA, name], deps=[spec.key for spec in raw_tables()])
        for name in EVALUATED
    ],
)
def evaluations(
    context: dg.AssetExecutionContext,
) -> Iterator[dg.MaterializeResult]:
    """Closed months under the policy of then and of now, where it has changed."""
    run = settings()
    with duckdb.connect(str(run.warehouse)) as conn:
        open_door(conn, run)
    for failure in evaluate(run):
        context.log.warning(failure)
    for name in EVALUATED:
        yield dg.MaterializeResult(asset_key=[SCHEMA, name])


@dg.asset(key_prefix=SCHEMA, group_name=SCHEMA, deps=[tables])
def exported() -> None:
    """The tables of the ledger that dbt writes, as Parquet: only after all tests."""
    nodes = json.loads(project.manifest_path.read_text(encoding="utf-8"))["nodes"]
    names = [
        node["name"]
        for node in nodes.values()
        if node["schema"] == SCHEMA
        and node["config"].get("materialized") in ("incremental", "snapshot")
    ]
    run = settings()
    built = {(node["schema"], node["alias"]) for node in nodes.values()}
    with duckdb.connect(str(run.warehouse)) as conn:
        drop_left(conn, built | {("decisions", name) for name in contracts()})
        export(conn, run, names)


def drop_left(conn: duckdb.DuckDBPyConnection, built: Collection[Relation]) -> None:
    """Drops what an earlier version built in schemas that are built anew each time.

    It would be published with the rest, as old as it is.
    """
    found = conn.execute(
        """
        select table_schema, table_name, table_type = 'VIEW'
        from information_schema.tables
        where table_catalog = current_database()
            and list_contains(?, table_schema)
        """,
        [REBUILT],
    ).fetchall()
    for schema, name, is_view in found:
        if (schema, name) not in built:
            conn.execute(f'drop {"view" if is_view else "table"} {schema}."{name}"')
