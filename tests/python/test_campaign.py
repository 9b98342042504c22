"""What staging admits, every blocking check passes and every surface renders."""

from pathlib import Path

import pytest

from orchestration.settings import policy_in_force
from tests.python.campaign import campaign, taken, told_lines
from tests.python.compiled_build import Node
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
SEEDS = range(1, 6)


def test_random_valid_companies_pass_every_check_and_render(
    compiled_folder: Path, tmp_path: Path
) -> None:
    sizes = ("small", "tiny", "one_account_one_month")
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
