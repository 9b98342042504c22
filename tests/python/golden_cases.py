"""Golden cases: a company, and the rows it must give, in one file of tests/cases.

A case is read whole or not at all: what a typing error would leave unread, such as an
unknown key, a table named twice or a row a cell short, is a CaseError of one sentence.

    python -m tests.python.golden_cases align           every table in columns
    python -m tests.python.golden_cases build NAME      one case as a company of its own
"""

import argparse
import csv
import datetime as dt
import functools
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from orchestration.raw_tables import Contract, contract
from orchestration.settings import PROJECT, policy_in_force
from tests.python.compiled_build import CASE_KEYS, SELDOM_KEYS

CASES = PROJECT / "tests" / "cases"
# The marts a case may list, and the columns a row of each is known by.
COMPARED = CASE_KEYS | SELDOM_KEYS
ALWAYS = "arr_account_months"
KEYS = ("about", "as_of", "policy", "raw", "expected")
OPTIONAL = ("policy",)


class CaseError(Exception):
    """What is wrong with the file of a case, in one sentence that names it."""


@dataclass(frozen=True)
class Table:
    """A table of a case: cells as text, without spaces around them, "" for none."""

    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]

    def dicts(self) -> list[dict[str, str]]:
        """The rows by column."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Case:
    """A tiny company and the rows it must give."""

    name: str
    about: str
    as_of: dt.date
    policy: Mapping[str, str]
    raw: Mapping[str, Table]
    expected: Mapping[str, Table]


class _Text(yaml.BaseLoader):
    """YAML whose values are all text, and in which no key may stand twice."""


def _mapping(loader: _Text, node: yaml.MappingNode) -> dict[str, Any]:
    pairs = [
        (str(loader.construct_object(key)), loader.construct_object(value, deep=True))
        for key, value in node.value
    ]
    for key, count in Counter(key for key, _ in pairs).items():
        if count > 1:
            raise CaseError(f"key {key} stands there twice.")
    return dict(pairs)


_Text.add_constructor("tag:yaml.org,2002:map", _mapping)


def case_files(folder: Path = CASES) -> list[Path]:
    """The files that hold a case, by name."""
    return sorted(folder.glob("*.yml"))


def unread(folder: Path = CASES) -> list[str]:
    """What lies beside the cases and is none, but for the page on how to write one."""
    known = {"README.md", *(path.name for path in case_files(folder))}
    return sorted(path.name for path in folder.iterdir() if path.name not in known)


def read_case(path: Path) -> Case:
    """The case of a file; CaseError where anything of it would be left unread."""
    try:
        return _case(path.stem, path.read_text(encoding="utf-8"))
    except CaseError as error:
        raise CaseError(f"{path.name}: {error}") from error


def raw_of(name: str, folder: Path) -> Path:
    """The raw folder of the case of that name, written to `folder`."""
    return write_raw(read_case(CASES / f"{name}.yml"), folder)


def write_raw(case: Case, folder: Path) -> Path:
    """Writes the raw tables of a case as a raw folder of CSV files."""
    folder.mkdir(parents=True)
    for name, table in case.raw.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as lines:
            csv.writer(lines, lineterminator="\n").writerows(
                [table.columns, *table.rows]
            )
    return folder


def aligned(text: str) -> str:
    """The text of a case with each table in columns; numbers end below each other."""
    lines = text.splitlines()
    blocks = groupby(lines, key=lambda line: line.startswith(" " * 4))
    done: list[str] = []
    for is_table, block in blocks:
        done += _columns(list(block)) if is_table else block
    return "\n".join(done) + "\n"


def _case(name: str, text: str) -> Case:
    try:
        terms = yaml.load(text, _Text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        said = f"it is not read as YAML: line {line}, {error.problem}."
        raise CaseError(said) from error
    if not isinstance(terms, dict):
        raise CaseError("it is to hold about, as_of, policy, raw and expected.")
    for key in terms.keys() - set(KEYS):
        raise CaseError(
            f"key {key} is unknown: expected {', '.join(KEYS[:-1])} and {KEYS[-1]}."
        )
    for key in KEYS:
        if key not in OPTIONAL and not terms.get(key):
            raise CaseError(f"key {key} is missing.")
    return Case(
        name,
        terms["about"].strip(),
        _date(terms["as_of"]),
        _policy(terms.get("policy", {})),
        _raw(_tables("raw", terms["raw"])),
        _expected(_tables("expected", terms["expected"])),
    )


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise CaseError(f"as_of '{text}' is not a date such as 2025-06-30.") from error


def _policy(values: Any) -> dict[str, str]:
    if not isinstance(values, dict):
        raise CaseError("policy is to be values by key, one a line.")
    for key in values.keys() - policy_in_force({}).keys():
        raise CaseError(f"policy {key} is no key of the metric policy.")
    return values


def _tables(kind: str, blocks: Any) -> dict[str, Table]:
    if not isinstance(blocks, dict):
        raise CaseError(f"{kind} is to be tables by name.")
    return {name: _table(f"{kind} table {name}", text) for name, text in blocks.items()}


def _table(place: str, text: Any) -> Table:
    if not isinstance(text, str):
        raise CaseError(f"{place} is to be lines of CSV.")
    try:
        rows = [tuple(row) for row in _csv(text.splitlines())]
    except csv.Error as error:
        raise CaseError(f"{place} is not read as CSV: {error}.") from error
    if not rows:
        raise CaseError(f"{place} has no header.")
    header, *rows = rows
    for number, row in enumerate(rows, 1):
        if len(row) != len(header):
            raise CaseError(
                f"{place}: row {number} has {len(row)} cells, its header {len(header)}."
            )
    for column, count in Counter(header).items():
        if count > 1:
            raise CaseError(f"{place} has column {column} twice.")
    return Table(header, rows)


def _csv(lines: Iterable[str]) -> list[list[str]]:
    reader = csv.reader(lines, skipinitialspace=True, strict=True)
    return [[cell.strip() for cell in row] for row in reader if row]


def _raw(tables: dict[str, Table]) -> dict[str, Table]:
    known = _contract()
    for name, table in tables.items():
        place = f"raw table {name}"
        if name not in known:
            raise CaseError(f"{place} is not in the raw contract{_meant(name, known)}")
        rules = known[name]["columns"]
        for column, rule in rules.items():
            is_needed = rule.get("key") or rule.get("required")
            if is_needed and column not in table.columns:
                raise CaseError(f"{place} lacks column {column}.")
        for column in table.columns:
            if column not in rules:
                raise CaseError(
                    f"{place} has column {column}: it is not in the raw contract."
                )
    for name, rules in known.items():
        if rules.get("core") and name not in tables:
            raise CaseError(f"raw table {name} is missing: every company has it.")
    return tables


def _expected(tables: dict[str, Table]) -> dict[str, Table]:
    for name, table in tables.items():
        place = f"expected table {name}"
        if name not in COMPARED:
            raise CaseError(f"{place} is not compared{_meant(name, COMPARED)}")
        for column in COMPARED[name]:
            if column not in table.columns:
                raise CaseError(f"{place} lacks column {column}.")
        for column in table.columns:
            if column not in _columns_of(name):
                raise CaseError(f"{place} has column {column}: the mart lacks it.")
        keys = Counter(
            tuple(row[column] for column in COMPARED[name]) for row in table.dicts()
        )
        for key, count in keys.items():
            if count > 1:
                raise CaseError(f"{place} lists {', '.join(key)} twice.")
    if ALWAYS not in tables:
        raise CaseError(f"expected table {ALWAYS} is missing: every case has it.")
    return tables


def _meant(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, known, 1)
    return f": is {near[0]} meant?" if near else "."


@functools.cache
def _contract() -> Contract:
    return contract()


@functools.cache
def _columns_of(mart: str) -> set[str]:
    """The columns of a mart, as the contract beside the model has them."""
    [path] = (PROJECT / "models" / "marts").rglob(f"{mart}.yml")
    [model] = yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
    return {column["name"] for column in model["columns"]}


def _columns(lines: list[str]) -> list[str]:
    rows = _csv(line.strip() for line in lines)
    width = max(map(len, rows))
    cells = [[_quoted(cell) for cell in row] for row in rows]
    widths = [
        max(len(row[place]) for row in cells if place < len(row))
        for place in range(width)
    ]
    # The first line of a block decides its indent, so the first column begins it.
    is_number = [
        place > 0 and _are_numbers(row[place] for row in rows[1:] if place < len(row))
        for place in range(width)
    ]
    return [
        " " * 4
        + " ".join(
            _padded(cell, widths[place], is_number[place], place + 1 < len(row))
            for place, cell in enumerate(row)
        ).rstrip()
        for row in cells
    ]


def _padded(cell: str, width: int, is_number: bool, is_followed: bool) -> str:
    comma = "," * is_followed
    text = cell.rjust(width) if is_number else cell
    return (text + comma).ljust(width + 1)


def _quoted(cell: str) -> str:
    needs_it = any(sign in cell for sign in ',"')
    return '"' + cell.replace('"', '""') + '"' if needs_it else cell


def _are_numbers(cells: Iterable[str]) -> bool:
    filled = [cell for cell in cells if cell]
    try:
        return bool([Decimal(cell) for cell in filled])
    except InvalidOperation:
        return False


def _align() -> int:
    for path in case_files():
        text = path.read_text(encoding="utf-8")
        if (better := aligned(text)) != text:
            path.write_text(better, encoding="utf-8")
            print(f"aligned {path.name}")
    return 0


def _build(name: str) -> int:
    """Builds a case as a user would: its raw folder, as-of date and policy are set."""
    if not (path := CASES / f"{name}.yml").exists():
        near = _meant(name, [path.stem for path in case_files()])
        raise CaseError(f"there is no case {name}{near}")
    case = read_case(path)
    folder = PROJECT / "data" / "cases" / name
    shutil.rmtree(folder, ignore_errors=True)
    policy = ",".join(f"{key}={value}" for key, value in case.policy.items())
    settings = {
        "EXPANSION_RAW": str(write_raw(case, folder / "raw")),
        "EXPANSION_AS_OF": case.as_of.isoformat(),
        "EXPANSION_POLICY": policy,
        "EXPANSION_WAREHOUSE": str(folder / "warehouse.duckdb"),
    }
    command = [sys.executable, "-m", "orchestration.build"]
    return subprocess.run(
        command, cwd=PROJECT, env=os.environ | settings, check=False
    ).returncode


def main() -> int:
    """Aligns every case, or builds one."""
    parser = argparse.ArgumentParser(prog="golden_cases", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("align")
    actions.add_parser("build").add_argument("name")
    given = parser.parse_args()
    try:
        return _align() if given.action == "align" else _build(given.name)
    except CaseError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
