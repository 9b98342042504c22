"""The marts equal a slow reference that shares no code with the models."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings

from tests.python.compiled_build import Node, build, failed_tests, read_mart, run_settings
from tests.python.raw_folders import RawFolder, raw_folders, write_folder
from tests.python.reference import compute_folder
from tests.python.test_cases import KEYS, by_key


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(folder=raw_folders())
def test_marts_equal_the_reference_on_any_raw_folder(
    folder: RawFolder, nodes: list[Node]
) -> None:
    with tempfile.TemporaryDirectory() as place:
        raw = Path(place)
        write_folder(folder.tables, raw)
        wanted = compute_folder(raw, folder.as_of, folder.policy)
        conn = build(nodes, run_settings(raw, folder.as_of, folder.policy))
    for mart, keys in KEYS.items():
        rows: list[dict[str, Any]] = wanted[mart]
        columns = list(rows[0]) if rows else keys
        found = by_key(read_mart(conn, mart), keys, columns)
        assert found == by_key(rows, keys, columns), mart
    assert failed_tests(conn, nodes) == {}
    conn.close()
