"""`make fuzz`: random valid companies through the whole graph and every surface.

What staging admits, every blocking check passes and every surface renders. A finding
names the company's seed, the table, the rule in words and a row; its raw folder stays.
"""

import argparse
import inspect
import os
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import dagster as dg
import duckdb

from orchestration import boards, docs, report, summary
from orchestration.defs import decisions, governance, valuation
from orchestration.door import open_door
from orchestration.metrics import MetricsLayer, answer
from orchestration.publish import publish
from orchestration.settings import Settings, settings
from orchestration.warehouse import Warehouse
from tests.python import board_queries
from tests.python.compiled_build import (
    CATALOG,
    KEYS,
    Node,
    attached,
    compiled_nodes,
    load_definitions,
    read_mart,
)
from tests.python.random_companies import Company, company
from tests.python.raw_folders import write_folder
from tests.python.reference import compute_folder
from tests.python.test_cases import by_key

# In the order in which a build runs them, after the ledger was exported.
ASSETS = (
    decisions.propensity_evaluation,
    decisions.propensity_scores,
    valuation.valuation,
    governance.decision_readiness,
    governance.review_triggers,
    governance.review_trigger_events,
    governance.decision_record,
    governance.review_calendar,
)
# The slow reference follows at most so many rows.
REFERENCE_ROWS = 250


class Finding(NamedTuple):
    """What a valid company failed at."""

    place: str
    rule: str
    row: str


class Depth(NamedTuple):
    """How far a company is taken: boards and pages cost seconds each."""

    pages: bool = False
    layer: MetricsLayer | None = None


@contextmanager
def environment(run: Settings) -> Iterator[None]:
    """The settings of a run as a process has them."""
    values = {
        "EXPANSION_RAW": run.raw,
        "EXPANSION_WAREHOUSE": str(run.warehouse),
        "EXPANSION_AS_OF": run.as_of.isoformat(),
        "EXPANSION_POLICY": ",".join(f"{k}={v}" for k, v in run.policy.items()),
    }
    before = dict(os.environ)
    os.environ |= values
    try:
        yield
    finally:
        os.environ.clear()
        os.environ |= before


def findings(
    drawn: Company, nodes: list[Node], folder: Path, depth: Depth
) -> list[Finding]:
    """What fails of a company, its raw folder and warehouse under a folder."""
    raw = folder / "raw"
    write_folder(drawn.tables, raw)
    place = folder / f"{CATALOG}.duckdb"
    run = Settings(str(raw), place, drawn.as_of, drawn.policy, "duckdb")
    with environment(run):
        run = settings()
        found = [*_built(run, nodes)] or [*_tested(run, nodes)]
        return found or [*_compared(drawn, run), *_decided_and_shown(run, depth)]


def _built(run: Settings, nodes: list[Node]) -> Iterator[Finding]:
    """The first model that cannot be built, and rows that the door refused."""
    conn = attached(run.warehouse)
    try:
        open_door(conn, run)
        for schema in sorted({node.schema for node in nodes if node.kind != "test"}):
            conn.execute(f"create schema if not exists {schema}")
        for node in nodes:
            if node.kind == "test":
                continue
            table = f'{node.schema}."{node.name}"'
            try:
                conn.execute(f"create or replace table {table} as {node.sql}")
            except duckdb.Error as error:
                yield Finding(node.name, "is built", _short(error))
                return
        refused = conn.execute(
            "select table_name, reason, raw_row from quarantine.refused_rows limit 1"
        ).fetchall()
        yield from (Finding(row[0], "is admitted", str(row[1:])) for row in refused)
    finally:
        conn.close()


def _tested(run: Settings, nodes: list[Node]) -> Iterator[Finding]:
    """Data tests that do not pass, each with a row."""
    conn = attached(run.warehouse, "(read_only)")
    for node in nodes:
        if node.kind != "test":
            continue
        try:
            result = conn.execute(f"select * from ({node.sql}) limit 1")
            names = [column[0] for column in result.description]
            rows = result.fetchall()
        except duckdb.Error as error:
            yield Finding(_about(node), node.name, _short(error))
            continue
        for row in rows:
            shown = dict(zip(names, map(str, row), strict=True))
            yield Finding(_about(node), node.name, str(shown))
    conn.close()


def _about(node: Node) -> str:
    """The tables a test reads."""
    return ", ".join(sorted(key.split(".")[-1] for key in node.reads))


def _compared(drawn: Company, run: Settings) -> Iterator[Finding]:
    """Marts of finance that differ from the reference, where sizes allow."""
    if sum(map(len, drawn.tables.values())) > REFERENCE_ROWS:
        return
    try:
        wanted = compute_folder(Path(run.raw), run.as_of, run.policy)
    except Exception as error:
        row = f"{type(error).__name__}: {error}"
        yield Finding("the reference", "computes the company", row)
        return
    # Below zero, where only an adjustment larger than the contract leads, the
    # identities hold but what is a customer is anyone's guess.
    if any(row["closing_arr"] < 0 for row in wanted["arr_product_months"]):
        return
    conn = attached(run.warehouse, "(read_only)")
    for mart, keys in KEYS.items():
        rows: list[dict[str, Any]] = wanted[mart]
        columns = list(rows[0]) if rows else keys
        found = by_key(read_mart(conn, mart), keys, columns)
        expected = by_key(rows, keys, columns)
        for key in sorted(found.keys() | expected.keys(), key=str):
            if found.get(key) != expected.get(key):
                row = f"{key}: {found.get(key)}, expected {expected.get(key)}"
                yield Finding(mart, "is what the reference computes", row)
                break
    conn.close()


def _decided_and_shown(run: Settings, depth: Depth) -> Iterator[Finding]:
    """Assets in Python, the snapshot and the surfaces that end in an error."""
    # Loaded with the definitions of the project, as dbt has parsed it by now.
    from orchestration.defs.ledger import exported

    warehouse = Warehouse()
    for asset in (exported, *ASSETS):
        if error := _fails(partial(_decided, asset, warehouse)):
            yield Finding(asset.node_def.name, "is decided", error)
            return
    steps: dict[str, Callable[[], Any]] = {
        "summary": lambda: summary.summary(run, 0, "none"),
        "workbook": lambda: report.write(run, ""),
        "snapshot": lambda: publish(run),
        "queries of the boards": lambda: _queried(run),
    }
    if depth.layer:
        layer = depth.layer
        steps["metrics"] = lambda: [
            answer(run, layer, [name], ["metric_time__month"], {})
            for name in layer.metrics
        ]
    if depth.pages:
        steps["docs"] = lambda: docs.write(run)
        steps["boards"] = lambda: boards.write(run)
    for step, make in steps.items():
        if error := _fails(make):
            yield Finding(step, "renders", error)


def _decided(asset: dg.AssetsDefinition, warehouse: Warehouse) -> None:
    """Runs an asset as Dagster does, without its start-up."""
    function: Any = asset.op.compute_fn
    takes = inspect.signature(function.decorated_fn).parameters
    list(function.decorated_fn(*[warehouse] * len(takes)) or ())


def _queried(run: Settings) -> None:
    conn = attached(run.warehouse, "(read_only)")
    for board in board_queries.BOARDS:
        for query in board_queries.queries(board).values():
            conn.execute(query).fetchall()
    conn.close()


def _fails(make: Callable[[], Any]) -> str | None:
    """What a step raises, and where; nothing when it ends well."""
    try:
        make()
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)[-3:]
        places = [f"{Path(f.filename).name}:{f.lineno}" for f in frames]
        return f"{type(error).__name__}: {_short(error)} ({', '.join(places)})"
    return None


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:600]


def campaign(
    seeds: range,
    sizes: tuple[str, ...],
    nodes: list[Node],
    folder: Path,
    say: Callable[[str], None] = print,
    layer: MetricsLayer | None = None,
    pages_every: int = 20,
) -> list[tuple[int, Finding]]:
    """All findings of the companies of some seeds; folders of those found stay."""
    all_found = []
    for seed in seeds:
        started = time.monotonic()
        drawn = company(seed, sizes[seed % len(sizes)] if sizes else None)
        place = folder / str(seed)
        shutil.rmtree(place, ignore_errors=True)
        is_deep = bool(pages_every) and seed % pages_every == 0
        depth = Depth(is_deep, layer if is_deep else None)
        found = findings(drawn, nodes, place, depth)
        n_rows = sum(map(len, drawn.tables.values()))
        seconds = time.monotonic() - started
        say(
            f"{seed:>6}  {drawn.size}, {n_rows} rows as of {drawn.as_of}, "
            f"{seconds:.1f} s, {len(found) or 'no'} findings"
        )
        for finding in found:
            say(f"        {finding.place}: {finding.rule}\n        {finding.row[:900]}")
            all_found.append((seed, finding))
        if found:
            say(f"        kept: {place}")
        else:
            shutil.rmtree(place)
    return all_found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of the first company")
    parser.add_argument("--n", type=int, default=100, help="how many companies")
    parser.add_argument("--size", nargs="*", default=[], help="one_account_one_month")
    parser.add_argument("--keep", type=Path, help="where the folders of findings stay")
    parser.add_argument("--compiled", type=Path, help="where dbt compiled the project")
    asked = parser.parse_args()
    folder = asked.keep or Path(tempfile.mkdtemp(prefix="fuzz-"))
    compiled = asked.compiled or folder / "compiled"
    compiled.mkdir(parents=True, exist_ok=True)
    print("compiling the project", flush=True)
    nodes = compiled_nodes(compiled)
    load_definitions(compiled / "target")
    layer = MetricsLayer(compiled / "target" / "semantic_manifest.json")
    seeds = range(asked.seed, asked.seed + asked.n)
    found = campaign(
        seeds, tuple(asked.size), nodes, folder, lambda t: print(t, flush=True), layer
    )
    n_failing = len({seed for seed, _ in found})
    print(f"{asked.n} companies, {len(found)} findings in {n_failing} of them")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
