"""What staging admits, every blocking check passes and every surface renders."""

from pathlib import Path

import dagster as dg
import duckdb
import pytest

from orchestration.settings import policy_in_force
from tests.python.campaign import campaign, findings, taken, told_lines
from tests.python.compiled_build import Node, broken_contracts
from tests.python.random_companies import (
    CORE,
    RULES,
    SETTLED,
    SHARES,
    SIZES,
    company,
)
from tests.python.surfaces import Project

# As many as fit into the time of the tests; `make fuzz` takes as many as one likes.
SEEDS = range(1, 5)


def test_random_valid_companies_pass_every_check_and_render(
    compiled_folder: Path, tmp_path: Path
) -> None:
    sizes = ("small", "tiny", "one_account_one_month", "at_bounds")
    ended = [*campaign(SEEDS, sizes, compiled_folder, tmp_path, pages_every=0)]
    lines = [line for told in ended for line in told_lines(told, tmp_path)]
    assert [told.found for told in ended] == [[]] * len(SEEDS), "\n".join(lines)
    assert {told.seed for told in ended} == {*SEEDS}
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("size", SIZES)
def test_a_company_is_the_same_for_the_same_seed(size: str) -> None:
    assert company(7, size) == company(7, size)
    assert company(7, size).tables != company(8, size).tables


def test_companies_settle_every_key_of_the_policy_and_lack_any_table() -> None:
    drawn = [company(seed, "tiny") for seed in range(80)]
    settled = {key for one in drawn for key in one.policy}
    assert settled == {*SETTLED, "reporting_currency"} == set(policy_in_force({}))
    assert {} in [one.policy for one in drawn]
    assert SHARES.keys() == SIZES.keys()
    for table in RULES.keys() - set(CORE):
        has_rows = {one.tables[table] != [] for one in drawn if table in one.tables}
        assert has_rows == {True, False}, table
        assert any(table not in one.tables for one in drawn), table


def test_a_broken_check_is_told_with_seed_table_and_row(
    nodes: list[Node], compiled_folder: Path, tmp_path: Path
) -> None:
    broken = Node(
        "assert_nobody_buys",
        "test",
        "",
        "select item_id from staging.stg_billing__subscription_items",
        reads=frozenset({"model.p.stg_billing__subscription_items"}),
    )
    models = [node for node in nodes if node.schema in ("staging", "quarantine")]
    needed = {node.key for node in models}
    for node in reversed(nodes):
        if node.kind != "test" and node.key in needed:
            needed |= node.reads
    built = [n for n in nodes if n.kind != "test" and n.key in needed]
    project = Project(compiled_folder)
    told = taken(3, ("small",), [*built, broken], project, tmp_path)
    assert [finding.place for finding in told.found] == [
        "stg_billing__subscription_items"
    ]
    assert "'item_id': 'i0'" in told.found[0].row
    assert (tmp_path / "3" / "raw" / "billing__subscription_items.csv").exists()
    assert told.line.startswith("     3  small") and "1 findings" in told.line
    lines = told_lines(told, tmp_path)
    assert "assert_nobody_buys" in lines[1] and str(tmp_path / "3") in lines[-1]


def test_the_same_input_is_the_same_snapshot(
    nodes: list[Node],
    definitions: dg.Definitions,
    compiled_folder: Path,
    tmp_path: Path,
) -> None:
    assert definitions
    project = Project(compiled_folder)
    drawn = company(4, "small")
    ids = []
    # In two folders with a warehouse each, and in the second once more.
    for name in ("one", "two words", "two words"):
        assert findings(drawn, nodes, project, tmp_path / name) == []
        ids.append((tmp_path / name / "published" / "current").readlink())
    assert len(set(ids)) == 1


def test_a_table_that_is_not_its_contract_is_told() -> None:
    columns = (("id", "integer", False), ("amount", "decimal(18,2)", True))
    node = Node("figures", "model", "marts", "", columns=columns)
    with duckdb.connect() as conn:
        conn.execute("create schema marts")
        for select, rule in (
            ("1 as id, cast(null as decimal(18, 2)) as amount", None),
            ("1 as id, 1.5 as amount", "has the columns of its contract"),
            ("1 as id", "has the columns of its contract"),
            ("cast(null as integer) as id, 1.00::decimal(18, 2) as amount", "null"),
        ):
            conn.execute(f"create or replace table marts.figures as select {select}")
            found = [*broken_contracts(conn, [node])]
            assert len(found) == (1 if rule else 0), select
            assert not rule or rule in found[0][1]
