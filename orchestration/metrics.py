"""`make metrics`: asks the metrics layer, whose definitions every tool can share.

MetricFlow turns metrics and dimensions into one query; it is run here on the warehouse,
which is only read. MetricFlow's own command line would open it through dbt, to write.
"""

import argparse
import csv
import datetime as dt
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow_semantics.model.dbt_manifest_parser import (
    parse_manifest_from_dbt_generated_manifest as parse_manifest,
)
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

from orchestration.closing import quoted
from orchestration.faults import one_sentence
from orchestration.last_build import doubt
from orchestration.settings import Settings, SettingsError, settings, shown

MANIFEST = "semantic_manifest.json"
PERIODS = ("metric_time__month", "metric_time__quarter", "metric_time__year")

Row = dict[str, Any]


class MetricsError(Exception):
    """A question without an answer; the message is one sentence for the person."""


class Dialect:
    """All that MetricFlow has to know of the warehouse to write a query for it."""

    sql_engine_type = SqlEngine.DUCKDB
    sql_plan_renderer = DuckDbSqlPlanRenderer()


class MetricsLayer:
    """The metrics and what they can be grouped by, as dbt parsed them."""

    def __init__(self, manifest: Path) -> None:
        parsed = parse_manifest(manifest.read_text(encoding="utf-8"))
        self.metrics = {metric.name: metric for metric in parsed.metrics}
        self.database = parsed.semantic_models[0].node_relation.database
        self.attributes = [
            f"{entity.name}__{dimension.name}"
            for model in parsed.semantic_models
            for entity in model.entities
            if entity.type.value == "primary"
            for dimension in model.dimensions
        ]
        entities = {name.partition("__")[0] for name in self.attributes}
        self.groups = [*PERIODS, *sorted(entities), *self.attributes]
        self._engine = MetricFlowEngine(SemanticManifestLookup(parsed), Dialect())

    def query(
        self,
        metrics: Sequence[str],
        by: Sequence[str] = (),
        only: Mapping[str, str] | None = None,
    ) -> str:
        """The query for metrics, by groups, of accounts with such attributes alone."""
        only = only or {}
        _refuse_unknown(metrics, list(self.metrics))
        _refuse_unknown(by, self.groups)
        _refuse_unknown(list(only), self.attributes)
        request = MetricFlowQueryRequest.create(
            metric_names=metrics,
            group_by_names=by,
            order_by_names=by,
            where_constraints=[_equal(*pair) for pair in only.items()],
        )
        plan = self._engine.explain(request)
        return plan.sql_statement.without_descriptions.sql


def _equal(name: str, value: str) -> str:
    quoted = value.replace("'", "''")
    return f"{{{{ Dimension('{name}') }}}} = '{quoted}'"


def _refuse_unknown(names: Sequence[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            raise MetricsError(f"There is no {name}: expected {', '.join(known)}.")


def rows_of(conn: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    """The answer: money exact, a period by its first day."""
    result = conn.execute(query)
    names = [column[0] for column in result.description]
    return [
        dict(zip(names, map(_as_date, row), strict=True)) for row in result.fetchall()
    ]


def _as_date(value: Any) -> Any:
    return value.date() if isinstance(value, dt.datetime) else value


def answer(
    run: Settings,
    layer: MetricsLayer,
    metrics: Sequence[str],
    by: Sequence[str],
    only: Mapping[str, str],
) -> list[Row]:
    """What the warehouse of this run answers; several may ask it at once."""
    query = layer.query(metrics, by, only)
    place = shown(run.warehouse)
    if not run.warehouse.exists():
        raise MetricsError(f"There is no {place}: run make build.")
    try:
        with duckdb.connect() as conn:
            # Under the name it was built by, which queries and views call it.
            conn.execute(
                f"attach '{quoted(run.warehouse)}' as \"{layer.database}\" (read_only)"
            )
            return rows_of(conn, query)
    except duckdb.CatalogException as error:
        raise MetricsError(f"{place} lacks the marts: run make build.") from error


def described(layer: MetricsLayer) -> str:
    """Every metric with its definition, and what it can be grouped by."""
    width = max(map(len, layer.metrics))
    lines = [
        f"{name:<{width}}  {' '.join((metric.description or '').split())}"
        for name, metric in layer.metrics.items()
    ]
    return "\n".join([*lines, "", f"by: {', '.join(layer.groups)}"])


def table(rows: list[Row]) -> str:
    """Rows as aligned columns."""
    texts = [{name: _text(value) for name, value in row.items()} for row in rows]
    return pd.DataFrame(texts).to_string(index=False) if rows else "nothing"


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.6f}"
    return f"{value:,}" if isinstance(value, int | Decimal) else str(value)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"'{text}' is not attribute=value")
    return name, value


@one_sentence
def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("metrics", nargs="*", help="without any, all are described")
    add("--by", nargs="+", default=[], help="such as account__segment")
    add("--only", nargs="+", default=[], type=_pair, metavar="ATTRIBUTE=VALUE")
    add("--csv", action="store_true", help="for a spreadsheet")
    asked = parser.parse_args()
    try:
        run = settings()
        manifest = run.artifacts / MANIFEST
        if not manifest.exists():
            raise MetricsError(f"There is no {shown(manifest)}: run make build.")
        layer = MetricsLayer(manifest)
        if not asked.metrics:
            print(described(layer))
            return 0
        rows = answer(run, layer, asked.metrics, asked.by, dict(asked.only))
        if why := doubt(run):
            print(f"Not to be relied on: {why}.", file=sys.stderr)
    except (MetricsError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    if asked.csv:
        writer = csv.DictWriter(sys.stdout, list(rows[0]) if rows else [])
        writer.writeheader()
        writer.writerows(rows)
    else:
        print(table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
