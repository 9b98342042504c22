"""What staging admits, every blocking check passes and every surface renders."""

from pathlib import Path

import dagster as dg
import pytest

from tests.python.campaign import campaign
from tests.python.compiled_build import Node
from tests.python.random_companies import SIZES, company

# As many as fit into the time of the tests; `make fuzz` takes as many as one likes.
SEEDS = range(1, 6)


def test_random_valid_companies_pass_every_check_and_render(
    nodes: list[Node], tmp_path: Path, definitions: dg.Definitions
) -> None:
    assert definitions
    said: list[str] = []
    found = campaign(
        SEEDS,
        ("small", "tiny", "one_account_one_month"),
        nodes,
        tmp_path,
        said.append,
        pages_every=0,
    )
    assert found == [], "\n".join(said)


@pytest.mark.parametrize("size", SIZES)
def test_a_company_is_the_same_for_the_same_seed(size: str) -> None:
    assert company(7, size) == company(7, size)
    assert company(7, size).tables != company(8, size).tables


def test_a_broken_check_is_told_with_seed_table_and_row(
    nodes: list[Node], tmp_path: Path
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
    said: list[str] = []
    found = campaign(range(3, 4), ("small",), [*built, broken], tmp_path, said.append)
    assert [(seed, finding.place) for seed, finding in found] == [
        (3, "stg_billing__subscription_items")
    ]
    assert "'item_id': 'i0'" in found[0][1].row
    assert (tmp_path / "3" / "raw" / "billing__subscription_items.csv").exists()
    assert "1 findings" in said[0] and "kept" in said[-1]
