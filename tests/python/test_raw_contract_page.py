"""RAW_CONTRACT.md says of every table and column what the contract's macros say."""

import re
from typing import Any

from orchestration.door import contract
from orchestration.settings import PROJECT

HEADER = "| table | column | type | allowed | what it is for |"

# Where people look for the ids of stg_billing__contract_ids.
PLACES = {
    "'subscription'": "billing__subscriptions",
    "'item'": "billing__subscription_items",
    "id_kind": "the table of its id_kind",
}

Page = dict[str, dict[str, Any]]


def tables_of(text: str) -> Page:
    """Table -> its domain's heading, whether it is core, and its columns as written."""
    tables: Page = {}
    table, heading, is_in_table = "", "", False
    for line in text.splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ")
        is_in_table = line == HEADER or (is_in_table and line.startswith("|"))
        if not is_in_table or line == HEADER or line.startswith("|-"):
            continue
        place, column, kind, allowed, purpose = cells(line)
        if place:
            named = re.fullmatch(r"\*\*(\w+)\*\*( core)?", place)
            assert named and named[1] not in tables, line
            table = named[1]
            tables[table] = {"domain": heading, "core": bool(named[2]), "columns": {}}
        named = re.fullmatch(r"(\w+)([*?]?)", column)
        assert named and named[1] not in tables[table]["columns"], line
        assert purpose, line
        tables[table]["columns"][named[1]] = (named[2], kind, allowed)
    return tables


def cells(line: str) -> list[str]:
    """The five cells of a row of a Markdown table."""
    return [cell.strip() for cell in line.strip("|").split("|")]


def tables_of_the_contract() -> Page:
    """The contract as the page should show it."""
    return {
        table: {
            "domain": table.split("__")[0],
            "core": bool(rules.get("core")),
            "columns": {
                column: (mark(rule), rule["type"], allowed(rule))
                for column, rule in rules["columns"].items()
            },
        }
        for table, rules in contract().items()
    }


def mark(rule: dict[str, Any]) -> str:
    """`*` for a key, nothing for what must not be empty, `?` for what may be."""
    if rule.get("key"):
        return "*"
    return "" if rule.get("required") else "?"


def allowed(rule: dict[str, Any]) -> str:
    """Allowed values, bounds, whether it is an end, and what a value refers to."""
    parts = []
    if "allowed" in rule:
        parts.append(" ".join(f"`{value}`" for value in rule["allowed"]))
    if "above" in rule:
        parts.append(f"above {rule['above']}")
    if "most" in rule and "least" in rule:
        parts.append(f"{power(rule['least'])} to {power(rule['most'])}")
    elif "most" in rule:
        parts.append(f"to {power(rule['most'])}")
    elif "least" in rule:
        parts.append(f"from {rule['least']}")
    if rule.get("end"):
        parts.append("end")
    if "references" in rule:
        place = rule["references"].split(".")[0].replace("product_ids", "products")
        parts.append(f"in {PLACES.get(rule.get('id_kind', ''), place)}")
    return ", ".join(parts)


def power(bound: int) -> str:
    """A large bound as people write it: 10^12."""
    digits = str(abs(bound))
    if len(digits) > 6 and digits == "1" + "0" * (len(digits) - 1):
        return f"{'-' if bound < 0 else ''}10^{len(digits) - 1}"
    return str(bound)


def test_the_page_is_the_contract() -> None:
    page = tables_of((PROJECT / "RAW_CONTRACT.md").read_text(encoding="utf-8"))
    expected = tables_of_the_contract()
    assert list(page) and set(page) == set(expected)
    for table, rules in expected.items():
        assert page[table] == rules, table
        assert list(page[table]["columns"]) == list(rules["columns"]), table


def test_the_page_counts_the_tables() -> None:
    text = (PROJECT / "RAW_CONTRACT.md").read_text(encoding="utf-8")
    core = [rules for rules in contract().values() if rules.get("core")]
    assert f"{len(contract())} tables, of which four must be there" in text
    assert len(core) == 4
