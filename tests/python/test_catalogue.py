"""The catalogue in docs/ shows every table that people read, and is up to date."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from decisions.contracts import contracts
from orchestration import catalogue
from orchestration.settings import PROJECT, settings


def test_the_catalogue_is_up_to_date() -> None:
    written = catalogue.PAGE.read_text(encoding="utf-8")
    assert written == catalogue.page(catalogue.entries()), "run make catalogue"


def test_every_table_people_read_is_in_it(parsed: Path) -> None:
    """With each column, as dbt and the contracts of decisions have them."""
    manifest = json.loads((parsed / "manifest.json").read_text(encoding="utf-8"))
    wanted = {
        node["name"]: {
            name: (column["data_type"], " ".join(column["description"].split()))
            for name, column in node["columns"].items()
        }
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] == "marts"
    }
    found = {
        entry.name: {
            column.name: (column.type, column.description) for column in entry.columns
        }
        for entry in catalogue.entries()
        if entry.section != catalogue.DECISIONS
    }
    assert found == wanted
    decided = {
        entry.name: {column.name: column.type for column in entry.columns}
        for entry in catalogue.entries()
        if entry.section == catalogue.DECISIONS
    }
    assert decided == {name: table.types for name, table in contracts().items()}


def test_a_table_without_a_question_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "deals"
    folder.mkdir()
    (folder / "wins.sql").touch()
    model = {
        "name": "wins",
        "description": "One row per win | loss.",
        "config": {"meta": {"grain": "win", "owner": "sales"}},
        "columns": [{"name": "won_on", "data_type": "date", "description": "a | b"}],
    }
    described = folder / "wins.yml"
    described.write_text(yaml.safe_dump({"models": [model]}), encoding="utf-8")
    monkeypatch.setattr(catalogue, "MARTS", tmp_path)
    with pytest.raises(catalogue.CatalogueError, match=r"^deals/wins has no question"):
        catalogue.entries()
    model["config"]["meta"]["question"] = "what was won"
    described.write_text(yaml.safe_dump({"models": [model]}), encoding="utf-8")
    first = catalogue.entries()[0]
    assert (first.section, first.question) == ("deals", "what was won")
    text = catalogue.page([first])
    assert "| `won_on` | date | a \\| b |" in text
    assert catalogue.page([replace(first, question="who")]) != text


def test_the_readme_leads_to_tables_that_exist() -> None:
    names = {entry.name for entry in catalogue.entries()}
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:3] for line in readme.splitlines() if line[:3] == "| `"]
    grains = {entry.name: entry.grain for entry in catalogue.entries()}
    tables = {row[0].strip(" `"): row[1].strip() for row in rows}
    assert len(tables) == 12
    assert tables.keys() <= names
    assert tables == {name: grains[name] for name in tables}


def test_every_setting_is_explained() -> None:
    named = set(re.findall(r"^    (EXPANSION_\w+)", settings.__doc__ or "", re.M))
    rows = (PROJECT / "docs" / "settings.md").read_text(encoding="utf-8").splitlines()
    explained = [row.split("`")[1] for row in rows if row.startswith("| `EXPANSION_")]
    assert len(named) > 10
    assert sorted(explained) == sorted(named)
