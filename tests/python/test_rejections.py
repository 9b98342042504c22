"""Rejecting a row never raises a figure: neither ARR, nor health, nor adoption.

Rows of a cut of the demo company are broken so that the door refuses them. As the law
holds for one more row refused, it holds for several at once: each build breaks a row of
several tables. `EXPANSION_REJECTIONS` is how many builds are made.
"""

import json
import os
import random
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from orchestration.raw_sources import contract
from orchestration.settings import DEMO_AS_OF, DEMO_RAW
from tests.python.compiled_build import (
    KEYS,
    Node,
    build,
    leading_to,
    read_mart,
    run_settings,
)
from tests.python.raw_folders import RawFolder, raw_folders, write_folder
from tests.python.reference import compute
from tests.python.rejections import Tables, breaks
from tests.python.test_cases import by_key

N_BUILDS = int(os.environ.get("EXPANSION_REJECTIONS", "9"))
N_BROKEN = 4
N_ACCOUNTS = 14
ARR_TABLES = (
    *("billing__contract_migrations", "billing__discounts", "billing__fx_rates"),
    "billing__product_migrations",
    *("billing__subscription_items", "billing__subscription_statuses"),
    *("billing__subscriptions", "finance__arr_adjustments"),
)
# What is measured, and by what key: a figure after must not be above that before.
MEASURED = {
    "marts.adoption_account_months": (
        ("account_id", "month_start"),
        (
            *("active_users", "new_users", "seat_utilisation_rate", "breadth_rate"),
            *("depth", "stickiness_rate", "n_features_adopted"),
        ),
    ),
    "marts.adoption_product_months": (
        ("account_id", "product_id", "month_start"),
        (
            *("active_users", "seat_utilisation_rate", "breadth_rate", "depth"),
            *("stickiness_rate", "n_features_adopted"),
        ),
    ),
    "marts.limit_utilisation_months": (
        ("account_id", "product_id", "meter", "month_start"),
        ("limit_utilisation_rate",),
    ),
    "intermediate.int_health_scored_in_account_months": (
        ("account_id", "month_start"),
        ("score",),
    ),
}
Figures = dict[tuple[Any, ...], Decimal | None]


@pytest.fixture(scope="session")
def measured_nodes(nodes: list[Node]) -> list[Node]:
    """What the measured figures are made of."""
    names = [name.split(".")[1] for name in MEASURED]
    wanted = leading_to(nodes, [*names, "arr_account_months"])
    return [node for node in wanted if node.kind != "test"]


def demo_cut(n_accounts: int) -> Tables:
    """Some accounts of the demo company with all that is theirs, as text."""
    with duckdb.connect() as conn:
        tables = {}
        for table, rules in contract().items():
            columns = ", ".join(
                f"{name}::varchar as {name}" for name in rules["columns"]
            )
            csv = Path(DEMO_RAW) / f"{table}.csv"
            parquet = Path(DEMO_RAW) / f"{table}.parquet"
            if csv.exists():
                relation = f"read_csv('{csv}', all_varchar = true)"
            elif parquet.exists():
                relation = f"'{parquet}'"
            elif not (Path(DEMO_RAW) / table).exists():
                tables[table] = []
                continue
            else:
                relation = f"'{Path(DEMO_RAW) / table}/**/*.parquet'"
            result = conn.execute(f"select {columns} from {relation}")
            names = [column[0] for column in result.description]
            tables[table] = [
                {name: value or "" for name, value in zip(names, row, strict=True)}
                for row in result.fetchall()
            ]
    return with_replaced_ids(cut(tables, n_accounts))


def with_replaced_ids(tables: Tables) -> Tables:
    """Discounts name ids that are gone; without the row that leads on they are lost."""
    named = tables["billing__contract_migrations"]
    for row in tables["billing__discounts"]:
        for id_kind in ("item", "subscription"):
            new_id = row[f"{id_kind}_id"]
            if new_id:
                row[f"{id_kind}_id"] = old_id = f"{new_id}-old"
                values = (id_kind, old_id, new_id, "2020-01-01")
                columns = ("id_kind", "old_id", "new_id", "effective_on")
                one = dict(zip(columns, values, strict=True))
                if one not in named:
                    named.append(one)
    return tables


def cut(tables: Tables, n_accounts: int) -> Tables:
    """The accounts with the most kinds of rows, and whose parts they are."""
    kinds: dict[str, set[str]] = defaultdict(set)
    owner = {
        row["subscription_id"]: row["account_id"]
        for row in tables["billing__subscriptions"]
    }
    for table, rows in tables.items():
        for row in rows:
            account = row.get("account_id") or owner.get(row.get("subscription_id", ""))
            if account:
                kinds[account].add(f"{table} {row.get('currency', '')}")
    for row in tables["crm__accounts"]:
        if row["parent_account_id"] or row["merged_into_account_id"]:
            kinds[row["account_id"]].add("is part")
    ranked = sorted(kinds, key=lambda one: (-len(kinds[one]), one))
    kept = set(ranked[:n_accounts])
    above = {
        row["account_id"]: (row["parent_account_id"], row["merged_into_account_id"])
        for row in tables["crm__accounts"]
    }
    for _ in range(4):
        kept |= {one for account in kept for one in above.get(account, ()) if one}

    def is_kept(row: Mapping[str, str]) -> bool:
        if "account_id" in row:
            return row["account_id"] in kept
        if "subscription_id" in row:
            return owner.get(row["subscription_id"]) in kept
        return True

    return {
        table: [row for row in rows if is_kept(row)] for table, rows in tables.items()
    }


class Company:
    """A built company: the figures that must not rise."""

    def __init__(self, tables: Tables, nodes: list[Node]) -> None:
        """Builds it."""
        with tempfile.TemporaryDirectory() as place:
            write_folder(tables, Path(place))
            conn = build(nodes, run_settings(Path(place), DEMO_AS_OF))
        self.figures: dict[str, Figures] = {}
        for relation, (key, columns) in MEASURED.items():
            for column in columns:
                rows = conn.execute(
                    f"select {', '.join(key)}, {column} from {relation}"
                ).fetchall()
                self.figures[f"{relation}.{column}"] = {
                    tuple(row[:-1]): row[-1] for row in rows
                }
        self.arr = conn.execute(
            "select account_id, month_start, closing_arr, coalesce(carr, 0) "
            "from marts.arr_account_months"
        ).fetchall()
        self.ultimate = dict(
            conn.execute(
                "select account_id, ultimate_account_id "
                "from intermediate.int_accounts_resolved_to_ultimate"
            ).fetchall()
        )
        conn.close()

    def arr_by(self, ultimate: Mapping[str, str]) -> dict[tuple[Any, ...], Decimal]:
        """Closing and contracted ARR by whose part an account was, and month."""
        total: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
        for account, month, closing, carr in self.arr:
            total["closing", ultimate.get(account, account), month] += closing
            total["carr", ultimate.get(account, account), month] += carr
        return total


def raised(before: Company, after: Company) -> list[str]:
    """What rose, in words."""
    found = []
    was = before.arr_by(before.ultimate)
    for key, arr in after.arr_by(before.ultimate).items():
        # Accounts that stood together are rounded apart: to the cent each.
        if arr > max(was.get(key, Decimal(0)), Decimal(0)) + Decimal("0.05"):
            found.append(f"{key}: ARR {was.get(key)} rose to {arr}")
    for name, figures in after.figures.items():
        for key, value in figures.items():
            old = before.figures[name].get(key)
            if value is not None and (old is None or value > old):
                is_new = key not in before.figures[name] and value == 0
                if not is_new:
                    found.append(f"{name} of {key}: {old} rose to {value}")
    return found


@pytest.fixture(scope="session")
def whole() -> Tables:
    """The cut of the demo company."""
    return demo_cut(N_ACCOUNTS)


def broken_rows(
    tables: Tables, chosen: random.Random, n: int
) -> tuple[Tables, list[str]]:
    """The company with a row broken in some of its tables, and what was done."""
    done = []
    for table in chosen.sample(sorted(name for name in tables if tables[name]), n):
        ways = list(breaks(tables, table, chosen.randrange(len(tables[table]))))
        one = chosen.choice(ways)
        tables = one.tables
        done.append(f"{table}: {one.how} of {one.row}")
    return tables, done


def falsified(nodes: list[Node], seed: int, n_builds: int, tables: Tables) -> list[str]:
    """What breaks the law in so many builds, each with what was refused."""
    before = Company(tables, nodes)
    found = []
    for number in range(n_builds):
        chosen = random.Random(f"{seed} {number}")
        broken, done = broken_rows(tables, chosen, N_BROKEN)
        rose = raised(before, Company(broken, nodes))
        if rose:
            found.append(f"{seed} {number}: {done}: {rose[:3]}")
    return found


def test_rejecting_rows_of_any_table_raises_no_figure(
    whole: Tables, measured_nodes: list[Node]
) -> None:
    assert falsified(measured_nodes, 1, N_BUILDS, whole) == []


@settings(
    max_examples=6,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(folder=raw_folders(), chosen=st.randoms(use_true_random=False))
def test_arr_without_refused_rows_is_that_of_the_reference(
    folder: RawFolder, chosen: random.Random, finance_nodes: list[Node]
) -> None:
    here = [name for name in ARR_TABLES if folder.tables.get(name)]
    table = chosen.choice(here)
    place = chosen.randrange(len(folder.tables[table]))
    broken = chosen.choice(list(breaks(folder.tables, table, place)))
    with tempfile.TemporaryDirectory() as name:
        write_folder(broken.tables, Path(name))
        run = run_settings(Path(name), folder.as_of, folder.policy)
        conn = build(finance_nodes, run)
    refused: Tables = defaultdict(list)
    for where, raw_row, reason in conn.execute(
        "select table_name, raw_row, reason from quarantine.refused_rows"
    ).fetchall():
        row = {key: value or "" for key, value in json.loads(raw_row).items()}
        refused[where].append(row | {"why_refused": reason})
    bare = {
        where: [{k: v for k, v in row.items() if k != "why_refused"} for row in rows]
        for where, rows in refused.items()
    }
    admitted = {
        where: [row for row in rows if row not in bare.get(where, [])]
        for where, rows in broken.tables.items()
    }
    wanted = compute(admitted, folder.as_of, folder.policy, refused)
    if all(row["closing_arr"] >= 0 for row in wanted["arr_product_months"]):
        for mart in ("arr_account_months", "arr_product_months"):
            rows = wanted[mart]
            columns = list(rows[0]) if rows else KEYS[mart]
            found = by_key(read_mart(conn, mart), KEYS[mart], columns)
            assert found == by_key(rows, KEYS[mart], columns), (table, broken.how)
    conn.close()
