"""Breaking rows of a raw folder, one at a time, so that the door refuses them."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from orchestration.raw_sources import contract

Row = dict[str, str]
Tables = dict[str, list[Row]]
NO_VALUE = {
    "int": "1.5",
    "bigint": "1.5",
    "decimal": "much",
    "rate": "much",
    "date": "2024-02-30",
    "boolean": "perhaps",
}
# Where a row cannot say whose it is, nothing can be made unknown: RAW_CONTRACT.md.
OWNERS = (
    "subscription_id",
    "account_id",
    "currency",
    "feature_key",
    "item_id",
    "new_id",
)


class Broken(NamedTuple):
    """A folder in which one row is refused, and how it came to be."""

    tables: Tables
    table: str
    row: Row
    how: str


def ways(table: str, rules: dict[str, Any]) -> list[tuple[str, str]]:
    """How a row of a table can be broken: a column, and the value put into it.

    What says whose the row is stays as it is; the last way is a second row of the key.
    """
    found = []
    for name, rule in rules["columns"].items():
        if name in OWNERS:
            continue
        if rule["type"] in NO_VALUE:
            found.append((name, NO_VALUE[rule["type"]]))
        elif rule.get("allowed"):
            found.append((name, "unheard of"))
        if rule.get("required") and not rule.get("key"):
            found.append((name, ""))
    return found


def breaks(tables: Tables, table: str, place: int) -> Iterator[Broken]:
    """The folder with one row of a table broken, in each way there is."""
    rules = contract()[table]
    row = tables[table][place]
    others = tables[table][:place] + tables[table][place + 1 :]
    for name, value in ways(table, rules):
        if row.get(name, "") != value:
            rows = [*others, row | {name: value}]
            yield Broken(tables | {table: rows}, table, row, f"{name} = {value!r}")
    if other := another(row, rules):
        rows = [*tables[table], other]
        yield Broken(tables | {table: rows}, table, row, "its key twice")


def another(row: Row, rules: dict[str, Any]) -> Row | None:
    """A row of the same key that says something else."""
    for name, rule in rules["columns"].items():
        if rule.get("key") or rule.get("references"):
            continue
        if rule["type"] in ("decimal", "rate", "int", "bigint"):
            return row | {name: "3" if row.get(name) != "3" else "4"}
        if rule["type"] == "text" and not rule.get("allowed") and name != "currency":
            return row | {name: "otherwise"}
        if rule["type"] == "date":
            return row | {name: "2031-01-01"}
    return None
