"""Fixtures shared by the tests in Python."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.settings import DEMO_AS_OF, DEMO_RAW
from tests.python.compiled_build import (
    KEYS,
    Node,
    build,
    compiled_nodes,
    leading_to,
    run_settings,
)

# Files whose tests use the project's own target folder run one after the other.
SHARE_TARGET = {"test_build", "test_definitions"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file's tests run in one process, as they share what they build."""
    for item in items:
        name = item.path.stem
        group = "target" if name in SHARE_TARGET else name
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where dbt compiles the project for the session."""
    return tmp_path_factory.mktemp("compiled")


@pytest.fixture(scope="session")
def nodes(compiled: Path) -> list[Node]:
    """The project as dbt compiles it, once for the session."""
    return compiled_nodes(compiled)


@pytest.fixture(scope="session")
def finance_nodes(nodes: list[Node]) -> list[Node]:
    """What the marts of finance are made of, and what guards them."""
    explained = ["retention_bridge", "retention_accounts", "arr_bridge_accounts"]
    others = ["metric_definitions", "data_quality_summary"]
    return leading_to(nodes, [*KEYS, *explained, *others])


@pytest.fixture(scope="session")
def demo(nodes: list[Node]) -> Iterator[duckdb.DuckDBPyConnection]:
    """The demo company, built once for the session; tests only read it."""
    conn = build(nodes, run_settings(DEMO_RAW, DEMO_AS_OF))
    yield conn
    conn.close()
