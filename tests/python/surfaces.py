"""All that people see of a warehouse, made in this process from a build in memory.

`shown` makes each surface once: it raises what a person would have met as a traceback.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from decisions.contracts import contracts
from orchestration import docs, ledger, status
from orchestration.alerts import message
from orchestration.build import export
from orchestration.defs import decisions, governance
from orchestration.defs.valuation import valuation
from orchestration.metrics import MetricsLayer, answer, described, table
from orchestration.publish import publish
from orchestration.report import write as write_report
from orchestration.settings import PROJECT, Settings
from orchestration.summary import summary
from orchestration.warehouse import Warehouse
from reports.pages import site
from tests.python.board_queries import BOARDS, queries, read
from tests.python.compiled_build import CATALOG, Node, build, run_settings

TABLES = (
    decisions.propensity_evaluation,
    decisions.propensity_scores,
    valuation,
    governance.decision_readiness,
    governance.review_triggers,
    governance.review_trigger_events,
    governance.decision_record,
    governance.review_calendar,
)
ACCOUNT_GROUPS = ("metric_time__month", "account__segment", "account__country")


@dataclass(frozen=True)
class Shown:
    """What people see of a warehouse, as text by the name of the surface."""

    run: Settings
    summary: str
    status: str
    report: Path
    pages: Mapping[str, str]
    boards: Mapping[str, list[tuple[Any, ...]]]
    analyses: Mapping[str, list[tuple[Any, ...]]]
    metrics: str
    alerts: list[str]
    records: list[str]

    @property
    def lines(self) -> dict[str, str]:
        """The lines of the summary by their label."""
        return {line[:18].strip(): line[18:] for line in self.summary.splitlines()}


def built_in(
    folder: Path, nodes: list[Node], raw: Path, as_of: Any, policy: Any = None
) -> Settings:
    """A warehouse of a raw folder, with the tables that Python decides."""
    folder.mkdir(parents=True, exist_ok=True)
    warehouse = folder / f"{CATALOG}.duckdb"
    run = run_settings(raw, as_of, policy)
    run = replace(run, warehouse=warehouse)
    run = replace(run, reports=folder / "reports", published=folder / "published")
    build(nodes, run, warehouse).close()
    decide(run)
    return run


@contextmanager
def in_force(run: Settings) -> Iterator[None]:
    """The settings of this process are those of a run."""
    before = dict(os.environ)
    export(run)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def decide(run: Settings) -> None:
    """Every table of schema decisions, as its asset writes it."""
    with in_force(run):
        for asset in TABLES:
            list(asset(warehouse=Warehouse()) or [])


def shown(run: Settings, compiled: Path) -> Shown:
    """Each surface of a warehouse; `compiled` is where dbt compiled the project."""
    publish(run)
    with duckdb.connect(str(run.warehouse), read_only=True) as conn:
        known = docs.known(conn, manifest_of(compiled))
        pages = site(known)
        analysed = {
            path.stem: conn.execute(path.read_text(encoding="utf-8")).fetchall()
            for path in sorted((compiled / "target" / "compiled").rglob("analyses/*"))
        }
    with in_force(run):
        events = ledger.exported(governance.TRIGGER_EVENTS).to_dict("records")
        records = ledger.read(governance.RECORDS, contracts()["decision_record"])
    return Shown(
        run=run,
        summary=summary(run, 1, "none"),
        status="\n".join(status.built(run)),
        report=write_report(run, ""),
        pages=pages,
        boards=asked(run),
        analyses=analysed,
        metrics=measured(run, compiled),
        alerts=[str(message(event)["text"]) for event in events],
        records=list(records["markdown"]),
    )


def manifest_of(compiled: Path) -> dict[str, Any]:
    """dbt's manifest."""
    import json

    text = (compiled / "target" / "manifest.json").read_text(encoding="utf-8")
    return json.loads(text)


def asked(run: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """What each query of each board finds in the snapshot, with each of its values."""
    place = run.published / "current" / "expansion.duckdb"
    found = {}
    with duckdb.connect(str(place), read_only=True) as conn:
        for board in BOARDS:
            for chosen in choices(conn, board):
                for name, query in queries(board, **chosen).items():
                    key = " ".join([board.stem, *chosen.values(), name])
                    found[key] = conn.execute(query).fetchall()
    return found


def choices(conn: duckdb.DuckDBPyConnection, board: Path) -> list[dict[str, str]]:
    """The values a board can be drawn with: none, and up to three of each variable."""
    from orchestration.boards import VALUES

    found: list[dict[str, str]] = [{}]
    for name in read(board).get("variables", {}):
        if query := VALUES.get((board.stem, name)):
            rows = conn.execute(query).fetchall()[:3]
            found += [{name: row[0].replace("'", "''")} for row in rows]
    return found


def measured(run: Settings, compiled: Path) -> str:
    """What the metrics layer answers: every metric, and each by month and by others."""
    layer = MetricsLayer(compiled / "target" / "semantic_manifest.json")
    texts = [described(layer)]
    names = list(layer.metrics)
    for by in [[], *([group] for group in ACCOUNT_GROUPS)]:
        texts.append(table(answer(run, layer, names, by, {})))
    return "\n".join(texts)


__all__ = ["PROJECT", "Shown", "built_in", "decide", "in_force", "shown"]
