"""Tables that give last days: read as such they say what first days no longer say."""

import csv
import datetime as dt
import shutil
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.door import contract, open_door
from orchestration.evaluations import Evaluation, _build
from orchestration.settings import SettingsError, settings
from tests.python.compiled_build import (
    KEYS,
    Node,
    build,
    leading_to,
    read_mart,
    run_settings,
)
from tests.python.golden_cases import raw_of
from tests.python.test_door import AS_OF, GOOD, write

SETTING = "inclusive_end_tables"
ENDED = "billing__discounts"
ENDS = {
    table: [name for name, rule in rules["columns"].items() if rule.get("end")]
    for table, rules in contract().items()
    if any(rule.get("end") for rule in rules["columns"].values())
}


def as_last_days(raw: Path, place: Path) -> Path:
    """A raw folder with each end given as the last day."""
    shutil.copytree(raw, place)
    for table, columns in ENDS.items():
        file = place / f"{table}.csv"
        if not file.exists():
            continue
        with file.open(newline="", encoding="utf-8") as lines:
            reader = csv.DictReader(lines)
            names, rows = list(reader.fieldnames or []), list(reader)
        for row in rows:
            for name in columns:
                if row.get(name):
                    end = dt.date.fromisoformat(row[name]) - dt.timedelta(days=1)
                    row[name] = end.isoformat()
        with file.open("w", newline="", encoding="utf-8") as lines:
            writer = csv.DictWriter(lines, names)
            writer.writeheader()
            writer.writerows(rows)
    return place


@pytest.mark.parametrize(
    "case",
    [
        "trial_to_paid",
        "past_due_in_several_status_rows",
        "discount_ending_is_a_discount_driver",
        "approved_and_unapproved_adjustment",
        "usage_charge_is_usage_arr",
        "gap_of_exactly_30_and_31_days",
    ],
)
def test_last_days_read_as_such_give_the_same_marts(
    case: str, finance_nodes: list[Node], tmp_path: Path
) -> None:
    raw = raw_of(case, tmp_path / "first_days")
    as_of = dt.date(2025, 6, 30)
    nodes = leading_to(finance_nodes, KEYS)
    plain = build(nodes, run_settings(raw, as_of))
    last = as_last_days(raw, tmp_path / "raw")
    named = build(nodes, run_settings(last, as_of, {SETTING: " ".join(ENDS)}))
    versions = ("policy_version",)
    for mart in KEYS:
        found, wanted = (
            sorted(
                str({k: v for k, v in row.items() if k not in versions})
                for row in read_mart(conn, mart)
            )
            for conn in (named, plain)
        )
        assert found == wanted, mart
    plain.close()
    named.close()


def test_every_interval_of_the_contract_has_an_end() -> None:
    """What begins with valid_from or service_from ends, and the end is marked."""
    for table, rules in contract().items():
        columns = rules["columns"]
        for name in ("valid_to", "service_to"):
            assert columns.get(name, {"end": True}).get("end"), (table, name)
    assert ENDS["billing__subscriptions"] == ["trial_ends_on", "ends_on"]


@pytest.mark.parametrize(
    "value",
    [
        "billing__subscription_item",
        "billing__subscriptions billing__unknown",
        "none billing__subscriptions",
        "crm__account_plans",
        "billing__products",
    ],
)
def test_a_table_without_an_end_is_refused(value: str, tmp_path: Path) -> None:
    run = run_settings(write(tmp_path / "raw", GOOD), AS_OF, {SETTING: value})
    with pytest.raises(SettingsError) as error, duckdb.connect() as conn:
        open_door(conn, run)
    message = str(error.value)
    wrong = next(name for name in value.split() if name not in ENDS)
    assert message.startswith(f"{SETTING} of the policy has '{wrong}': expected none")
    assert len(message) <= 300


@pytest.mark.parametrize(
    ("policy_then", "named"),
    [
        ("renewal_grace_days=0", "none"),
        ("inclusive_end_tables=billing__discounts,renewal_grace_days=0", ENDED),
    ],
)
def test_a_close_is_read_as_its_policy_said(
    policy_then: str, named: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A policy that did not have the key yet named no table, whatever today's says."""
    given: dict[str, str] = {}

    def run(*_: Any, env: dict[str, str], **__: Any) -> Any:
        given.update(env)
        (tmp_path / "warehouse.duckdb").touch()
        return subprocess.CompletedProcess([], 0, "", "")

    monkeypatch.setattr("orchestration.evaluations.subprocess.run", run)
    then = Evaluation("raw", policy_then, AS_OF)
    _build(then, tmp_path / "raw", tmp_path, tmp_path)
    monkeypatch.setenv("EXPANSION_POLICY", given["EXPANSION_POLICY"])
    assert settings().policy == {SETTING: named, "renewal_grace_days": "0"}
