"""`make fuzz`: random valid companies through the whole graph and every surface.

What staging admits, every blocking check passes and every surface renders. A finding
names the company's seed, the table, the rule in words and a row; its raw folder stays.
"""

import argparse
import gc
import multiprocessing
import os
import pickle
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import openpyxl
import pandas as pd

from orchestration import boards, last_build, report, status, summary
from orchestration.defs import books, decisions, freshness, governance
from orchestration.door import open_door
from orchestration.publish import publish
from orchestration.settings import Settings, settings
from orchestration.warehouse import Warehouse, frame
from tests.python import surfaces
from tests.python.compiled_build import (
    CATALOG,
    KEYS,
    Node,
    broken_contracts,
    compiled_nodes,
    load_definitions,
    read_mart,
)
from tests.python.random_companies import SIZES, Company, company
from tests.python.raw_folders import write_folder
from tests.python.reference import compute_folder
from tests.python.surfaces import Project
from tests.python.test_cases import by_key

# The slow reference follows at most so many rows.
REFERENCE_ROWS = 250
# Boards as pages take seconds: every so many companies.
PAGES_EVERY = 20
# As a build opens it, on one core: there are as many processes as cores.
WAREHOUSE = (
    "set threads = 1",
    "set preserve_insertion_order = false",
    "set checkpoint_threshold = '1GB'",
)
# What the nodes are kept as, for the processes of a campaign.
NODES = "nodes.pickle"
# What Dagster checks of what was decided: it must pass, or at least come to an end.
MUST_PASS = (decisions.every_customer_is_scored, governance.past_records_are_unaltered)
MAY_WARN = (
    governance.decisions_are_ready,
    governance.no_trigger_has_fired,
    freshness.sources_arrive_in_time,
    *books.books_agree,
)


class Finding(NamedTuple):
    """What a valid company failed at."""

    place: str
    rule: str
    row: str


class Told(NamedTuple):
    """What became of a company."""

    seed: int
    size: str
    line: str
    found: list[Finding]


class KeptOpen(Warehouse):
    """A warehouse that this process has open: to open it for each table takes long."""

    def read(self, table: str) -> pd.DataFrame:
        """All rows of <schema>.<table>."""
        with duckdb.connect(str(settings().warehouse)) as conn:
            return frame(conn, table)


@contextmanager
def environment(run: Settings) -> Iterator[None]:
    """The settings of a run as a process has them, and none of its own."""
    values = {
        "EXPANSION_RAW": run.raw,
        "EXPANSION_WAREHOUSE": str(run.warehouse),
        "EXPANSION_AS_OF": run.as_of.isoformat(),
        "EXPANSION_POLICY": ",".join(f"{k}={v}" for k, v in run.policy.items()),
    }
    before = dict(os.environ)
    for name in before:
        if name.startswith("EXPANSION_"):
            del os.environ[name]
    os.environ |= values
    try:
        yield
    finally:
        os.environ.clear()
        os.environ |= before


def findings(
    drawn: Company,
    nodes: list[Node],
    project: Project,
    folder: Path,
    has_pages: bool = False,
) -> list[Finding]:
    """What fails of a company, its raw folder and warehouse under a folder."""
    raw = folder / "raw"
    write_folder(drawn.tables, raw)
    place = folder / f"{CATALOG}.duckdb"
    run = Settings(str(raw), place, drawn.as_of, drawn.policy, "duckdb")
    with environment(run):
        run = settings()
        last_build.begin(run)
        with duckdb.connect(str(run.warehouse)) as conn:
            for setting in WAREHOUSE:
                conn.execute(setting)
            found = [*_built(conn, run, nodes)] or [*_tested(conn, nodes)]
            found = found or [*_compared(conn, drawn, run), *_decided()]
        last_build.end(run, [f"{one.place}: {one.rule}" for one in found])
        return found or [*_shown(run, project, has_pages)]


def _built(
    conn: duckdb.DuckDBPyConnection, run: Settings, nodes: list[Node]
) -> Iterator[Finding]:
    """The first model that cannot be built, and rows that the door refused."""
    if error := _fails(lambda: open_door(conn, run)):
        yield Finding("the door", "lets a valid company in", error)
        return
    # At once: a table's way to the disk costs more than most of them.
    conn.execute("begin transaction")
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
    conn.execute("commit")
    refused = conn.execute(
        "select table_name, reason, raw_row from quarantine.refused_rows limit 1"
    ).fetchall()
    yield from (Finding(row[0], "is admitted", str(row[1:])) for row in refused)


def _tested(conn: duckdb.DuckDBPyConnection, nodes: list[Node]) -> Iterator[Finding]:
    """Contracts and data tests that do not hold, each with a row."""
    yield from (Finding(*broken) for broken in broken_contracts(conn, nodes))
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


def _about(node: Node) -> str:
    """The tables a test reads."""
    return ", ".join(sorted(key.split(".")[-1] for key in node.reads))


def _compared(
    conn: duckdb.DuckDBPyConnection, drawn: Company, run: Settings
) -> Iterator[Finding]:
    """Marts of finance that differ from the reference, where sizes allow."""
    if sum(map(len, drawn.tables.values())) > REFERENCE_ROWS:
        return
    # The reference knows balances at the end of the month alone.
    if drawn.policy.get("snapshot_day", "last") != "last":
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


def _decided() -> Iterator[Finding]:
    """Assets in Python that end in an error, and checks of theirs that do not pass."""
    # Loaded with the definitions of the project, as dbt has parsed it by now.
    from orchestration.defs.ledger import exported

    warehouse = KeptOpen()
    for asset in (exported, *surfaces.DECIDED):
        if error := _fails(partial(surfaces.called, asset, warehouse)):
            yield Finding(asset.node_def.name, "is decided", error)
            return
    for check in (*MUST_PASS, *MAY_WARN):
        results: list[Any] = []
        name = check.node_def.name
        if error := _fails(partial(_add_results, check, warehouse, results)):
            yield Finding(name, "is checked", error)
        for result in results if check in MUST_PASS else []:
            if not result.passed:
                yield Finding(name, "passes", str(result.metadata))


def _add_results(check: Any, warehouse: Warehouse, results: list[Any]) -> None:
    results += surfaces.called(check, warehouse)


def _shown(run: Settings, project: Project, has_pages: bool) -> Iterator[Finding]:
    """The snapshot and the surfaces that end in an error or show a value of none."""
    made: dict[str, Callable[[], Any]] = {
        "snapshot": lambda: publish(run),
        "workbook": lambda: report.write(run, ""),
        "queries of the boards": lambda: surfaces.asked(run),
        "analyses": lambda: surfaces.analysed(run, project),
    }
    texts: dict[str, Callable[[], Iterable[str]]] = {
        "summary": lambda: [summary.summary(run, 0, "none")],
        "status": lambda: status.built(run),
        "docs": lambda: surfaces.paged(run, project).values(),
        "metrics": lambda: [surfaces.measured(run, project)],
        "alerts": lambda: surfaces.alerted(run),
        "records": lambda: surfaces.recorded(run),
    }
    if has_pages:
        made["boards"] = lambda: boards.write(run)
        texts["cells of the workbook"] = lambda: _cells(run.reports)
    for step, make in made.items():
        if error := _fails(make):
            yield Finding(step, "renders", error)
    for step, write in texts.items():
        slips: list[str | None] = []
        if error := _fails(partial(_add_slips, write, slips)):
            yield Finding(step, "renders", error)
        for slip in [slip for slip in slips if slip][:1]:
            yield Finding(step, "shows no value that is not there", slip)


def _add_slips(write: Callable[[], Iterable[str]], slips: list[str | None]) -> None:
    slips += map(surfaces.slip, write())


def _cells(reports: Path) -> Iterator[str]:
    """What the workbooks of a folder say."""
    for path in reports.glob("*.xlsx"):
        for sheet in openpyxl.load_workbook(path, read_only=True):
            for row in sheet.iter_rows(values_only=True):
                yield from (str(value) for value in row if value is not None)


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


def taken(
    seed: int,
    sizes: tuple[str, ...],
    nodes: list[Node],
    project: Project,
    folder: Path,
    pages_every: int = PAGES_EVERY,
) -> Told:
    """Takes the company of a seed through everything; its folder stays if it fails."""
    started = time.monotonic()
    drawn = company(seed, sizes[seed % len(sizes)] if sizes else None)
    place = folder / str(seed)
    shutil.rmtree(place, ignore_errors=True)
    has_pages = bool(pages_every) and seed % pages_every == 0
    try:
        found = findings(drawn, nodes, project, place, has_pages)
    except Exception:
        found = [Finding("the campaign", "goes on", traceback.format_exc()[-800:])]
    n_rows = sum(map(len, drawn.tables.values()))
    line = (
        f"{seed:>6}  {drawn.size}, {n_rows} rows as of {drawn.as_of}, "
        f"{time.monotonic() - started:.1f} s, {len(found) or 'no'} findings"
    )
    if not found:
        shutil.rmtree(place)
    return Told(seed, drawn.size, line, found)


def told_lines(told: Told, folder: Path) -> list[str]:
    """What is said of a company."""
    lines = [told.line]
    for one in told.found:
        lines += [f"        {one.place}: {one.rule}", f"        {one.row[:900]}"]
    if told.found:
        lines.append(f"        kept: {folder / str(told.seed)}")
    return lines


class Compiled(NamedTuple):
    """The project as dbt compiled it, and what surfaces need of it."""

    nodes: list[Node]
    project: Project


# What a process of the campaign has loaded, once: see `_begin`.
_LOADED: list[Compiled] = []


def _begin(compiled: Path) -> None:
    load_definitions(compiled / "target")
    nodes = pickle.loads((compiled / NODES).read_bytes())
    _LOADED.append(Compiled(nodes, Project(compiled)))
    # What is held until the end need not be looked through for what could be freed.
    gc.freeze()


def _taken_here(
    seed: int, sizes: tuple[str, ...], folder: Path, pages_every: int
) -> Told:
    return taken(seed, sizes, *_LOADED[0], folder, pages_every)


def campaign(
    seeds: Iterable[int],
    sizes: tuple[str, ...],
    compiled: Path,
    folder: Path,
    jobs: int = 1,
    pages_every: int = PAGES_EVERY,
) -> Iterator[Told]:
    """What became of the companies of some seeds, in the order in which they end.

    A single job has a process too: what ends it is a finding, and the others are still
    taken.
    """
    waiting = list(seeds)
    for seed in waiting:
        shutil.rmtree(folder / str(seed), ignore_errors=True)
    spawn = multiprocessing.get_context("spawn")
    while waiting:
        with ProcessPoolExecutor(jobs, spawn, _begin, (compiled,)) as pool:
            asked = [
                pool.submit(_taken_here, seed, sizes, folder, pages_every)
                for seed in waiting
            ]
            try:
                for future in as_completed(asked):
                    told = future.result()
                    waiting.remove(told.seed)
                    yield told
                continue
            except BrokenProcessPool as error:
                # Those begun have a folder; one of them ended its process.
                ended = [seed for seed in waiting if (folder / str(seed)).exists()]
                if not ended:
                    raise
                found = [Finding("the process", "comes to its end", str(error))]
        for seed in ended:
            waiting.remove(seed)
            yield Told(seed, "", f"{seed:>6}  ended its process", found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of the first company")
    parser.add_argument("--n", type=int, default=100, help="how many companies")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="at once")
    parser.add_argument("--size", nargs="*", default=[], choices=SIZES)
    parser.add_argument("--keep", type=Path, help="where the folders of findings stay")
    parser.add_argument("--compiled", type=Path, help="where dbt compiles the project")
    asked = parser.parse_args()
    folder = asked.keep or Path(tempfile.mkdtemp(prefix="fuzz-"))
    compiled = asked.compiled or folder / "compiled"
    compiled.mkdir(parents=True, exist_ok=True)
    # A process works on one core.
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    print("compiling the project", flush=True)
    (compiled / NODES).write_bytes(pickle.dumps(compiled_nodes(compiled)))
    seeds = range(asked.seed, asked.seed + asked.n)
    n_found, n_failing, by_size = 0, 0, Counter[str]()
    for told in campaign(seeds, tuple(asked.size), compiled, folder, asked.jobs):
        print("\n".join(told_lines(told, folder)), flush=True)
        n_found += len(told.found)
        n_failing += bool(told.found)
        by_size[told.size] += 1
    sizes = ", ".join(f"{n} {size}" for size, n in sorted(by_size.items()))
    n_pages = sum(seed % PAGES_EVERY == 0 for seed in seeds)
    print(f"{sizes}; {n_pages} with boards as pages")
    print(f"{asked.n} companies, {n_found} findings in {n_failing} of them")
    return 1 if n_found else 0


if __name__ == "__main__":
    sys.exit(main())
