"""Fixtures shared by the tests in Python."""

import pickle
import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import duckdb
import pytest
from filelock import FileLock
from hypothesis import settings

from orchestration.settings import DEMO_AS_OF, DEMO_RAW
from tests.python.compiled_build import (
    CASE_KEYS,
    Node,
    attached,
    build,
    compiled_nodes,
    leading_to,
    load_definitions,
    make_build,
    run_settings,
)

# How long an example takes says more of the machine than of what is tested.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

# Long files begin, each in a process, and short ones fill what is left; the first needs
# nothing of what the others wait for, the project compiled.
FIRST = (
    *("test_boards", "test_build", "test_definitions", "test_marts_match_reference"),
    *("test_usage", "test_restatements", "test_close", "test_history", "test_workbook"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files in the order in which they are begun."""
    place = {name: number for number, name in enumerate(FIRST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(FIRST)))


def pytest_itemcollected(item: pytest.Item) -> None:
    """A file's tests run in one process, as they share what they build."""
    item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder of this run of pytest, the same in all its processes."""
    folder: Path = tmp_path_factory.getbasetemp()
    return folder if worker_id == "master" else folder.parent


@pytest.fixture(scope="session")
def compiled_folder(shared: Path) -> Path:
    """Where dbt compiled the project, once for the session."""
    folder = shared / "compiled"
    with FileLock(shared / "compiled.lock"):
        if not folder.exists():
            half = shared / "compiled.half"
            half.mkdir()
            found = compiled_nodes(half)
            (half / "nodes.pickle").write_bytes(pickle.dumps(found))
            half.rename(folder)
    return folder


@pytest.fixture(scope="session")
def parsed(compiled_folder: Path) -> Path:
    """Where dbt parsed the project to, for warehouses of the same name."""
    return compiled_folder / "target"


@pytest.fixture(scope="session")
def definitions(parsed: Path) -> dg.Definitions:
    """The project's Dagster definitions, as dbt parses it now."""
    return load_definitions(parsed)


@pytest.fixture(scope="session")
def nodes(compiled_folder: Path) -> list[Node]:
    """The project as dbt compiles it."""
    return pickle.loads((compiled_folder / "nodes.pickle").read_bytes())


@pytest.fixture(scope="session")
def finance_nodes(nodes: list[Node]) -> list[Node]:
    """What the marts of finance are made of, and what guards them."""
    explained = ["retention_bridge", "retention_accounts", "arr_bridge_accounts"]
    explained += ["retention_scope_bridge", "arr_item_changes"]
    others = ["metric_definitions", "data_quality_summary"]
    return leading_to(nodes, [*CASE_KEYS, *explained, *others])


@pytest.fixture(scope="session")
def demo(nodes: list[Node], shared: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The demo company, built once for the session; tests only read it."""
    place = shared / "demo.duckdb"
    with FileLock(shared / "demo.lock"):
        if not place.exists():
            half = shared / "demo.half"
            build(nodes, run_settings(DEMO_RAW, DEMO_AS_OF), half).close()
            half.rename(place)
    conn = attached(place, "(read_only)")
    yield conn
    conn.close()


@pytest.fixture(scope="session")
def built(shared: Path) -> Path:
    """The folder in which `make build` built the demo company; tests only read it."""
    folder = shared / "built"
    with FileLock(shared / "built.lock"):
        if not folder.exists():
            half = shared / "built.half"
            half.mkdir()
            run = make_build(half / "warehouse.duckdb")
            assert run.returncode == 0, run.stdout + run.stderr
            (half / "said.txt").write_text(run.stdout)
            half.rename(folder)
    return folder


@pytest.fixture
def own_demo(
    demo: duckdb.DuckDBPyConnection, shared: Path, tmp_path: Path
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the demo company that a test may change."""
    conn = attached(shutil.copy(shared / "demo.duckdb", tmp_path))
    yield conn
    conn.close()
