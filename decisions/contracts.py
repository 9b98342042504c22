"""What a table of schema `decisions` must look like, as contracts.yml says."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CONTRACTS = Path(__file__).with_name("contracts.yml")


@dataclass(frozen=True)
class Contract:
    """SQL type by column, in order; the columns never null; the unique key."""

    types: dict[str, str]
    required: frozenset[str]
    key: tuple[str, ...]


@cache
def contracts() -> dict[str, Contract]:
    """The contracts by table name."""
    tables: dict[str, Any] = yaml.safe_load(CONTRACTS.read_text(encoding="utf-8"))
    return {name: _contract(table) for name, table in tables.items()}


def _contract(table: dict[str, Any]) -> Contract:
    columns: dict[str, dict[str, Any]] = table["columns"]
    required = {name for name, column in columns.items() if column.get("required")}
    return Contract(
        types={name: column["type"] for name, column in columns.items()},
        required=frozenset(required | set(table["key"])),
        key=tuple(table["key"]),
    )
