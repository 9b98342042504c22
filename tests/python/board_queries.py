"""What each board asks of the database, read from its file."""

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import yaml

from orchestration.settings import PROJECT

BOARDS = sorted(
    path for path in (PROJECT / "charts").glob("*.yml") if path.stem != "meta"
)


def read(board: Path) -> dict[str, Any]:
    """The board's own file."""
    return yaml.safe_load(board.read_text(encoding="utf-8"))


def queries(board: Path, **chosen: str) -> dict[str, str]:
    """Its queries as SQL, with the values chosen or else the defaults."""
    file = read(board)
    defaults = {name: v["default"] for name, v in file.get("variables", {}).items()}
    values = {name: f"'{value}'" for name, value in (defaults | chosen).items()}

    class Composed:
        """A query named in another stands there as its text."""

        def __getattr__(self, name: str) -> str:
            query = jinja2.Template(file["queries"][name])
            return query.render(queries=self, **values)

    return {name: getattr(Composed(), name) for name in file["queries"]}


@functools.cache
def parsed(board: Path) -> list[dict[str, Any]]:
    """Its queries as DuckDB reads them; it reads only what selects."""
    trees = []
    with duckdb.connect() as conn:
        for name, query in queries(board).items():
            [row] = conn.execute("select json_serialize_sql(?)", [query]).fetchall()
            trees.append(json.loads(row[0]))
            assert not trees[-1]["error"], (name, trees[-1])
    return trees


def nodes_of(tree: dict[str, Any] | list[Any]) -> Iterator[dict[str, Any]]:
    """Every node of a query."""
    if isinstance(tree, dict):
        yield tree
    for child in tree.values() if isinstance(tree, dict) else tree:
        if isinstance(child, dict | list):
            yield from nodes_of(child)


def tables(board: Path) -> set[str]:
    """The tables a board reads, as <schema>.<table>."""
    return {
        f"{node['schema_name']}.{node['table_name']}"
        for node in nodes_of(parsed(board))
        if node.get("type") == "BASE_TABLE"
    }


def functions(board: Path) -> set[str]:
    """The functions and operators its queries call."""
    return {
        node["function_name"]
        for node in nodes_of(parsed(board))
        if node.get("function_name")
    }
