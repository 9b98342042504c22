"""What was frozen in the warehouse, kept as files beside it."""

import json

import dagster as dg
import duckdb

from orchestration.closing import SCHEMA, export
from orchestration.defs.dbt import project, tables
from orchestration.settings import settings


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
    with duckdb.connect(str(run.warehouse)) as conn:
        export(conn, run, names)
