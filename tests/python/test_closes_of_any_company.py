"""Closed months of any company stand, and what changed since adds up to its causes.

Companies drawn at random close all their months, those before their first balance too;
then rows of their source change, and they are built again under the policy of the close
and another. `EXPANSION_CLOSES` is how many companies.
"""

import datetime as dt
import os
import random
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.closing import FROZEN
from orchestration.door import DoorError
from tests.python.compiled_build import (
    Node,
    assert_data_tests_pass,
    build,
    leading_to,
    rebuild,
    run_settings,
)
from tests.python.random_companies import company
from tests.python.raw_folders import COLUMNS, Tables, write_folder

MARTS = (
    *("restatements", "restated_items", "retention_restatements", "period_closes"),
    *("accounts", "arr_account_months", "arr_product_months", "expansion_drivers"),
    *("arr_bridge_months", "expansion_months", "retention_months"),
    *("arr_item_months", "opening_item_months", "revenue_doubts"),
)
CHANGED = (
    *("billing__subscription_items",) * 4,
    *("billing__subscriptions", "billing__subscriptions", "billing__fx_rates"),
    *("billing__subscription_statuses", "billing__discounts"),
    *("billing__product_migrations", "billing__contract_migrations"),
    *("crm__accounts", "crm__accounts", "finance__arr_adjustments"),
)
POLICIES: tuple[dict[str, Any], ...] = (
    {"discounts_counted": "none"},
    {"renewal_grace_days": 0, "past_due_grace_days": 0},
)
N_COMPANIES = int(os.environ.get("EXPANSION_CLOSES", "3"))
N_CHANGES = 20


@pytest.fixture(scope="module")
def close_nodes(nodes: list[Node]) -> list[Node]:
    """What is frozen and restated, and what guards it."""
    return leading_to(nodes, MARTS)


def closes(as_of: dt.date, n_months: int) -> list[dict[str, str]]:
    """A close of every month that has ended, long ones before any balance too."""
    rows = []
    end = as_of + dt.timedelta(1)
    for _ in range(n_months):
        end = end.replace(day=1)
        start = (end - dt.timedelta(1)).replace(day=1)
        rows.append(
            {
                "month_start": start.isoformat(),
                "closed_on": min(as_of, end + dt.timedelta(5)).isoformat(),
                "closed_by": "ada",
            }
        )
        end = start
    return rows


def end_before(tables: Tables, day: dt.date) -> None:
    """All contracts are over for months when the last month is closed."""
    for row in tables["billing__subscriptions"]:
        row["started_on"] = min(row["started_on"], str(day - dt.timedelta(40)))
        row["ends_on"] = str(day)


def changed(tables: Tables, pick: random.Random) -> Tables:
    """Rows of the source gone, doubled under another key, or with another value."""
    found = {name: [dict(row) for row in rows] for name, rows in tables.items()}
    for _ in range(N_CHANGES):
        table = pick.choice([name for name in CHANGED if found.get(name)])
        rows = found[table]
        row = pick.choice(rows)
        how = pick.choice(("gone", "doubled", "altered", "altered", "renamed"))
        key = COLUMNS[table][0]
        if how == "gone" and len(rows) > 1:
            rows.remove(row)
        elif how == "doubled":
            rows.append(row | {key: f"{row[key]}_more"})
        elif how == "renamed" and table in RENAMED:
            renamed(found, table, row, is_named=pick.random() < 0.7)
        else:
            column = pick.choice(COLUMNS[table][1:])
            row[column] = pick.choice(rows).get(column, "")
    return found


RENAMED = {
    "billing__subscriptions": ("subscription", "subscription_id"),
    "billing__subscription_items": ("item", "item_id"),
}


def renamed(tables: Tables, table: str, row: dict[str, str], *, is_named: bool) -> None:
    """Another id wherever the source has it, which it names or does not."""
    id_kind, column = RENAMED[table]
    old, new = row[column], f"{row[column]}_new"
    for rows in tables.values():
        for one in rows:
            if one.get(column) == old:
                one[column] = new
    if is_named:
        named = tables.setdefault("billing__contract_migrations", [])
        named.append(
            {
                "id_kind": id_kind,
                "old_id": old,
                "new_id": new,
                "effective_on": "2000-01-01",
            }
        )


def frozen(conn: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    """All that was closed."""
    return {
        table: conn.execute(f"from ledger.{table} order by all").fetchall()
        for table in FROZEN
    }


@pytest.mark.parametrize("seed", range(N_COMPANIES))
def test_what_changed_since_a_close_adds_up_to_its_causes(
    seed: int, close_nodes: list[Node], tmp_path: Path
) -> None:
    drawn = company(seed, ("tiny", "small", "small")[seed % 3])
    pick = random.Random(f"changes {seed}")
    n_months = 40 if seed % 3 else 5
    before = drawn.tables | {"finance__period_closes": closes(drawn.as_of, n_months)}
    if seed % 3 == 2:
        end_before(before, drawn.as_of - dt.timedelta(100))
    write_folder(before, tmp_path / "before")
    conn = build(close_nodes, run_settings(tmp_path / "before", drawn.as_of))
    assert_data_tests_pass(conn, close_nodes)
    assert conn.execute("select count(*) from marts.restatements").fetchall() == [(0,)]
    reported = frozen(conn)
    assert reported["closed_months"]
    for number, policy in enumerate(({}, POLICIES[seed % len(POLICIES)])):
        later = drawn.as_of + dt.timedelta(pick.choice((0, 1, 35)))
        folder = tmp_path / f"later_{number}"
        write_folder(changed(before, pick), folder)
        try:
            rebuild(conn, close_nodes, run_settings(folder, later, policy))
        except DoorError:
            continue
        assert_data_tests_pass(conn, close_nodes)
        assert frozen(conn) == reported
