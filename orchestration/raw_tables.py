"""The raw contract, and a table of it as a source gives it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import yaml

from orchestration.settings import PROJECT

CONTRACT = PROJECT / "macros" / "raw_contract"
# Types of a source that a cast reads as the contract's without a doubt. Any other is
# read as the text it prints as.
NUMBERS = r"U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|DECIMAL\(.*"
NATIVE = {
    "date": r"DATE|TIMESTAMP(_S|_MS|_NS)?",
    "boolean": "BOOLEAN",
    **dict.fromkeys(("int", "bigint", "decimal", "wide", "rate"), NUMBERS),
}
# A message is one sentence of at most so many characters.
LONGEST = 300
LONGEST_NAME = 120

Contract = dict[str, dict[str, Any]]


class DoorError(Exception):
    """Raw data that stops a build; the message is one sentence for the person."""

    def __init__(self, message: str) -> None:
        super().__init__(shortened(message, LONGEST))


@dataclass(frozen=True)
class Given:
    """A column of a source: its name, how to select it, its type."""

    name: str
    expression: str
    kind: str = "VARCHAR"


@dataclass(frozen=True)
class Source:
    """Where a raw table lies: what to select from, and how to name it in a message.

    `columns` are those of the contract that it has, `unread` its other columns. `stamp`
    changes when its files do; it is None where only reading could tell.
    """

    name: str
    relation: str
    columns: dict[str, Given]
    unread: list[str] = field(default_factory=list)
    is_copied: bool = False
    stamp: str | None = None


@dataclass(frozen=True)
class Sources:
    """The tables that are there, and the names of what is no table of the contract."""

    tables: dict[str, Source]
    unread: list[str] = field(default_factory=list)

    def unread_line(self) -> str | None:
        """What is not read, counted and named in one line; None where all is read."""
        columns = [
            f"{table}.{name}"
            for table, source in self.tables.items()
            for name in source.unread
        ]
        found = [("files or tables", self.unread), ("columns", columns)]
        parts = [
            f"{len(names)} {kind} ({', '.join(names)})"
            for kind, names in found
            if names
        ]
        if not parts:
            return None
        line = f"Not read, as the raw contract has no such name: {'; '.join(parts)}"
        return shortened(line, LONGEST)


def contract() -> Contract:
    """The raw contract by table name, as the macros of macros/raw_contract hold it."""
    tables: Contract = {}
    for macro in sorted(CONTRACT.glob("raw_contract_*.sql")):
        text = macro.read_text(encoding="utf-8")
        block = re.search(r"{% set tables %}(.*){% endset %}", text, re.S)
        if block is None:
            raise DoorError(f"{macro.name} holds no tables.")
        tables |= yaml.safe_load(block[1])
    return tables


def shortened(text: str, longest: int) -> str:
    """A text without control characters, its middle left out where it is too long."""
    plain = "".join(sign if sign.isprintable() else "?" for sign in text)
    if len(plain) <= longest:
        return plain
    half = (longest - 5) // 2
    return f"{plain[: longest - 5 - half]} ... {plain[-half:]}"


def shown(place: object) -> str:
    """A place as a message names it."""
    return shortened(str(place), LONGEST_NAME)


def unreadable(table: str, place: object, reason: str) -> DoorError:
    """The error of a file that is no table, in one sentence."""
    return DoorError(f"{shown(place)} cannot be read as table {table}: {reason}.")


def table_like(name: str, tables: Iterable[str]) -> str | None:
    """The table that a name is a slip of, or None."""
    bare = squashed(name)
    for table in sorted(tables, key=len, reverse=True):
        objects = squashed(table.split("__")[1])
        if bare.startswith(squashed(table)) or bare == objects:
            return table
    near = get_close_matches(name.lower(), list(tables), n=1, cutoff=0.87)
    return near[0] if near else None


def squashed(name: str) -> str:
    """A name without what its spelling may differ in: case, spaces, underscores."""
    return re.sub(r"[\W_]", "", name.lower()) or name.strip()


def named_columns(
    table: str, rules: dict[str, dict[str, Any]], place: object, given: list[Given]
) -> tuple[dict[str, Given], list[str]]:
    """The columns of the contract among those given, and the names of the others.

    `Percent Off` is percent_off. DoorError where a column that is needed is not there,
    or one is there twice.
    """
    known = {squashed(name): name for name in rules}
    columns: dict[str, Given] = {}
    unread: list[str] = []
    for column in given:
        name = known.get(squashed(column.name))
        if name is None:
            unread.append(column.name)
        elif name in columns:
            raise unreadable(
                table,
                place,
                f"columns {shown(columns[name].name)} and {shown(column.name)} are "
                f"both {name}",
            )
        else:
            columns[name] = column
    missing = [
        name
        for name, rule in rules.items()
        if (rule.get("key") or rule.get("required")) and name not in columns
    ]
    if missing:
        raise DoorError(
            f"{shown(place)} is not a table {table}: it lacks {', '.join(missing)}; "
            f"expected columns {', '.join(rules)}."
        )
    return columns, unread


def read_as(column: Given, kind: str, zone: str) -> str:
    """What to select of a column, so that it says the same on every machine.

    A timestamp with a zone is read in one zone, a float as the decimal it prints as,
    and a value of a type that is not the contract's as text, which staging judges.
    """
    value = column.expression
    text = f"cast({value} as varchar)"
    if column.kind == "TIMESTAMP WITH TIME ZONE":
        local = f"({value} at time zone '{zone}')"
        return local if kind == "date" else f"cast({local} as varchar)"
    if column.kind in ("DOUBLE", "FLOAT"):
        return (
            f"case when contains({text}, 'e') then coalesce("
            f"cast(try_cast({text} as decimal(38, 18)) as varchar), {text}) "
            f"else {text} end"
        )
    if column.kind == "VARCHAR" or kind == "text":
        return value
    return value if re.fullmatch(NATIVE[kind], column.kind) else text
