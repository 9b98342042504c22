"""All that people see of a warehouse, made in this process from a build in memory.

`shown` makes each surface once: it raises what a person would have met as a traceback.
"""

import inspect
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
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
from orchestration.settings import Settings
from orchestration.summary import summary
from orchestration.warehouse import Warehouse
from reports.pages import site
from tests.python.board_queries import BOARDS, queries, read
from tests.python.compiled_build import CATALOG, Node, build, run_settings

# In the order in which a build runs them, after the ledger was exported.
DECIDED: tuple[dg.AssetsDefinition, ...] = (
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
# What a value that is not there looks like where nobody thought of it.
SLIPS = re.compile(r"\b(None|nan|NaN|NaT|inf|1000000\.00|<NA>)\b")


class KeptQueries(MetricsLayer):
    """A metrics layer that writes each query once: it is the same for any company."""

    def __init__(self, manifest: Path) -> None:
        super().__init__(manifest)
        self._kept: dict[str, str] = {}

    def query(
        self,
        metrics: Sequence[str],
        by: Sequence[str] = (),
        only: Mapping[str, str] | None = None,
    ) -> str:
        """The query of the metrics layer."""
        key = json.dumps([[*metrics], [*by], {**(only or {})}])
        if key not in self._kept:
            self._kept[key] = super().query(metrics, by, only)
        return self._kept[key]


class Project:
    """What surfaces are made of that is the same for any company."""

    def __init__(self, compiled: Path) -> None:
        """`compiled` is where dbt compiled the project."""
        target = compiled / "target"
        text = (target / "manifest.json").read_text(encoding="utf-8")
        self.manifest: dict[str, Any] = json.loads(text)
        self.layer = KeptQueries(target / "semantic_manifest.json")
        self.analyses = {
            path.stem: path.read_text(encoding="utf-8")
            for path in sorted((target / "compiled").rglob("analyses/*"))
        }


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
        for asset in DECIDED:
            called(asset, Warehouse())


def called(definition: Any, warehouse: Warehouse) -> list[Any]:
    """What an asset or a check of Dagster gives, without Dagster's start-up."""
    function = definition.node_def.compute_fn.decorated_fn
    takes = inspect.signature(function).parameters
    found = function(*[warehouse] * len(takes))
    return [*found] if isinstance(found, Iterator) else [found]


def shown(run: Settings, compiled: Path) -> Shown:
    """Each surface of a warehouse; `compiled` is where dbt compiled the project."""
    project = Project(compiled)
    publish(run)
    return Shown(
        run=run,
        summary=summary(run, 1, "none"),
        status="\n".join(status.built(run)),
        report=write_report(run, ""),
        pages=paged(run, project),
        boards=asked(run),
        analyses=analysed(run, project),
        metrics=measured(run, project),
        alerts=alerted(run),
        records=recorded(run),
    )


def paged(run: Settings, project: Project) -> dict[str, str]:
    """Every page that `make docs` writes, but for dbt's own."""
    with duckdb.connect(str(run.warehouse), read_only=True) as conn:
        assert docs.catalog(conn, project.manifest)
        return site(docs.known(conn, project.manifest))


def analysed(run: Settings, project: Project) -> dict[str, list[tuple[Any, ...]]]:
    """What each analysis finds."""
    with duckdb.connect(str(run.warehouse), read_only=True) as conn:
        return {
            name: conn.execute(query).fetchall()
            for name, query in project.analyses.items()
        }


def alerted(run: Settings) -> list[str]:
    """The texts that would be posted."""
    with in_force(run):
        events = ledger.exported(governance.TRIGGER_EVENTS).to_dict("records")
    return [str(message(event)["text"]) for event in events]


def recorded(run: Settings) -> list[str]:
    """The pages people decide on."""
    with in_force(run):
        records = ledger.read(governance.RECORDS, contracts()["decision_record"])
    return list(records["markdown"])


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


def measured(run: Settings, project: Project) -> str:
    """What the metrics layer answers: every metric, and each by month and by others."""
    ask = partial(answer, run, project.layer, list(project.layer.metrics), only={})
    texts = [described(project.layer)]
    for by in [[], *([group] for group in ACCOUNT_GROUPS)]:
        texts.append(table(ask(by=by)))
    return "\n".join(texts)


def slip(text: str) -> str | None:
    """A value that is not there and shows, in what stands around it."""
    found = SLIPS.search(text)
    return text[max(0, found.start() - 200) : found.end() + 100] if found else None
