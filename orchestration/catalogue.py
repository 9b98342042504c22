"""`make catalogue`: docs/catalogue.md, every table people read, from what describes it.

A mart is described beside its model and a table of decisions in its contract: one row
per what, which question it answers, who answers for it, and each column. The page is
kept in the repository, and a test says when it is out of date.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from decisions.contracts import CONTRACTS
from orchestration.settings import PROJECT, shown

PAGE = PROJECT / "docs" / "catalogue.md"
MARTS = PROJECT / "models" / "marts"
DEFINITIONS = PROJECT / "models" / "definitions.md"
# The tables of decisions are not dbt's: they follow the marts that they are made from.
DECISIONS = "decisions"
BLOCK = re.compile(r"{% docs (\w+) %}(.*?){% enddocs %}", re.S)
ASKED = re.compile(r"{{ *doc\('(\w+)'\) *}}")


class CatalogueError(Exception):
    """A table that the catalogue cannot show; the message is one sentence."""


@dataclass(frozen=True)
class Column:
    """A column as its table describes it."""

    name: str
    type: str
    description: str


@dataclass(frozen=True)
class Entry:
    """A table that people read."""

    section: str
    name: str
    description: str
    grain: str
    question: str
    owner: str
    columns: tuple[Column, ...]


def entries() -> list[Entry]:
    """Every table of the schemas marts and decisions, by section and name."""
    blocks = dict(BLOCK.findall(DEFINITIONS.read_text(encoding="utf-8")))
    marts = [_mart(path, blocks) for path in MARTS.rglob("*.sql")]
    contracts = yaml.safe_load(CONTRACTS.read_text(encoding="utf-8"))
    decided = [
        _entry(DECISIONS, name, table, table, table["columns"].items(), "type", blocks)
        for name, table in sorted(contracts.items())
    ]
    return sorted(marts, key=lambda entry: (entry.section, entry.name)) + decided


def page(found: list[Entry]) -> str:
    """The catalogue as Markdown: a list of each section, then every table."""
    sections: dict[str, list[Entry]] = {}
    for entry in found:
        sections.setdefault(entry.section, []).append(entry)
    lines = [
        "# All tables",
        "",
        "Written by `make catalogue` from what stands beside each model and in",
        "`decisions/contracts.yml`; change it there. The last section is schema",
        "`decisions`, all others are schema `marts`.",
    ]
    for section, tables in sections.items():
        lines += ["", f"## {section.capitalize()}", ""]
        lines += ["| table | one row per | the question it answers |", "|---|---|---|"]
        lines += [
            f"| [{table.name}](#{table.name}) | {_cell(table.grain)} "
            f"| {_cell(table.question)} |"
            for table in tables
        ]
    lines += ["", "## Columns"]
    for table in found:
        lines += ["", f"### {table.name}", "", table.description]
        lines += ["", f"It answers: {table.question}. Owner: {table.owner}.", ""]
        lines += ["| column | type | what it is |", "|---|---|---|"]
        lines += [
            f"| `{column.name}` | {column.type} | {_cell(column.description)} |"
            for column in table.columns
        ]
    return "\n".join(lines) + "\n"


def _mart(path: Path, blocks: dict[str, str]) -> Entry:
    text = path.with_suffix(".yml").read_text(encoding="utf-8")
    [model] = yaml.safe_load(text)["models"]
    meta = model.get("config", {}).get("meta", {})
    columns = [(column["name"], column) for column in model["columns"]]
    section = path.parent.name
    return _entry(section, path.stem, model, meta, columns, "data_type", blocks)


def _entry(
    section: str,
    name: str,
    table: dict[str, Any],
    meta: dict[str, str],
    columns: Any,
    type_key: str,
    blocks: dict[str, str],
) -> Entry:
    for key in ("grain", "question", "owner"):
        if not meta.get(key):
            raise CatalogueError(
                f"{section}/{name} has no {key}: say in its meta what one row is, "
                "which question it answers and who answers for it."
            )
    return Entry(
        section,
        name,
        _line(table["description"], blocks),
        meta["grain"],
        _line(meta["question"], blocks),
        meta["owner"].replace("_", " "),
        tuple(
            Column(
                column_name,
                str(column[type_key]),
                _line(column["description"], blocks),
            )
            for column_name, column in columns
        ),
    )


def _line(text: str, blocks: dict[str, str]) -> str:
    """A description in one line, with what it quotes of the definitions."""
    return " ".join(ASKED.sub(lambda found: blocks[found[1]], text).split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> int:
    """Writes the catalogue."""
    try:
        text = page(entries())
    except CatalogueError as error:
        print(error, file=sys.stderr)
        return 1
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(text, encoding="utf-8")
    print(shown(PAGE))
    return 0


if __name__ == "__main__":
    sys.exit(main())
