"""A check that fails says its table, its rule in words and rows that break it."""

import json
import shutil
from pathlib import Path

import duckdb

from orchestration.summary import told_result
from tests.python.compiled_build import CATALOG, dbt

# Of each kind of check: what breaks it, and how the failure begins.
BROKEN = {
    "arr_bridge_steps__a_step_ends_where_its_amount_leads": (
        """
        update marts.arr_bridge_steps set ends_at = 7.07
        where scope_type = 'company' and step = 'closing' and n_months = 12
            and month_start = (select max(month_start) from marts.arr_bridge_steps)
        """,
        "arr_bridge_steps: a step ends where its amount leads. 1 row breaks this: "
        "amount ",
    ),
    "unique_accounts_account_id": (
        "insert into marts.accounts from (from marts.accounts limit 1)",
        "accounts: account_id is unique. 1 row breaks this: ",
    ),
    "accepted_values_reconciliation_summary_state__agrees__differs__not_available": (
        "update marts.reconciliation_summary set state = repeat('long ', 200)",
        "reconciliation_summary: state is one of agrees, differs, not_available. "
        "1 row breaks this: ",
    ),
    "relationships_deals_account_id__account_id__ref_accounts_": (
        "update marts.deals set account_id = 'NOBODY'",
        "deals: account_id is a account_id of accounts. ",
    ),
    "unique_combination_expansion_months_scope_type__scope_value__month_start": (
        "insert into marts.expansion_months from (from marts.expansion_months limit 3)",
        "expansion_months: scope_type, scope_value, month_start are there and unique "
        "together. 3 rows break this: scope_type ",
    ),
    "assert_an_account_moves_one_way_a_month": (
        """
        update marts.arr_account_months set contraction_arr = 5
        where account_id = (select min(account_id) from marts.arr_account_months)
        """,
        "arr_account_months: it fails if an account's month holds more than one "
        "movement, one of the wrong sign, or one that its label does not name",
    ),
}
LONGEST = 1200


def test_every_expression_test_has_a_name_in_words(parsed: Path) -> None:
    manifest = json.loads((parsed / "manifest.json").read_text(encoding="utf-8"))
    named = [
        (node["attached_node"].split(".")[2], node["name"])
        for node in manifest["nodes"].values()
        if (node.get("test_metadata") or {}).get("name") == "is_true"
    ]
    assert len(named) >= 90
    for table, name in named:
        words = name.removeprefix(f"{table}__").split("_")
        assert name.startswith(f"{table}__") and len(words) >= 4 and all(words), name
    assert len(set(named)) == len(named)


def test_a_failure_says_table_rule_and_rows(
    demo: duckdb.DuckDBPyConnection, shared: Path, tmp_path: Path, parsed: Path
) -> None:
    warehouse = Path(shutil.copy(shared / "demo.duckdb", tmp_path))
    warehouse = warehouse.rename(tmp_path / f"{CATALOG}.duckdb")
    with duckdb.connect(str(warehouse)) as conn:
        for statement, _ in BROKEN.values():
            conn.execute(statement)
    dbt(
        *("test", "--select", *BROKEN),
        warehouse=warehouse,
        parsed=parsed,
        may_fail=True,
    )
    written = (tmp_path / "target" / "run_results.json").read_text(encoding="utf-8")
    results = {
        result["unique_id"].split(".")[2]: result
        for result in json.loads(written)["results"]
    }
    assert results.keys() == BROKEN.keys()
    for name, (_, expected) in BROKEN.items():
        told = told_result(results[name])
        assert told.startswith(expected), told
        assert told.endswith(f"({name})") and len(told) < LONGEST
        assert "\n" not in told
