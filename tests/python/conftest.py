"""Fixtures shared by the tests in Python."""

from pathlib import Path

import pytest

from tests.python.compiled_build import Node, compiled_nodes


@pytest.fixture(scope="session")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> list[Node]:
    """The project as dbt compiles it, once for the session."""
    folder: Path = tmp_path_factory.mktemp("compiled")
    return compiled_nodes(folder)
