"""Every golden case of tests/cases gives the rows worked out by hand."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.python.compiled_build import (
    CASE_KEYS,
    SELDOM_KEYS,
    Node,
    assert_data_tests_pass,
    build,
    leading_to,
    read_csv_rows,
    read_mart,
    run_settings,
)

CASES = sorted(Path(__file__).parent.parent.joinpath("cases").glob("*/case.yml"))
LISTED_WHOLE = {
    "arr_account_months",
    "arr_product_months",
    "expansion_drivers",
    "revenue_doubts",
    "table_doubts",
}


def as_text(value: Any) -> str:
    """A value of a mart, or of a CSV, in one comparable form."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal | int):
        return str(Decimal(value).normalize() + 0)
    if isinstance(value, str):
        try:
            return str(Decimal(value).normalize() + 0)
        except ArithmeticError:
            return value
    return str(value)


def by_key(rows: list[dict[str, Any]], keys: list[str], columns: list[str]) -> Any:
    """Rows by their key, projected to columns and comparable."""
    return {
        tuple(as_text(row[key]) for key in keys): {
            column: as_text(row[column]) for column in columns
        }
        for row in rows
    }


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.parent.name)
def test_case_gives_the_rows_worked_out_by_hand(
    case: Path, finance_nodes: list[Node], nodes: list[Node]
) -> None:
    terms = yaml.safe_load(case.read_text(encoding="utf-8"))
    policy = dict(
        pair.split("=") for pair in terms.get("policy", "").split(",") if pair
    )
    as_of = dt.date.fromisoformat(str(terms["as_of"]))
    expected_in = sorted(case.parent.joinpath("expected").glob("*.csv"))
    built = finance_nodes
    if seldom := {path.stem for path in expected_in} & SELDOM_KEYS.keys():
        built = leading_to(nodes, [*(node.name for node in built), *seldom])
    conn = build(built, run_settings(case.parent / "raw", as_of, policy))
    for path in expected_in:
        expected = read_csv_rows(path)
        header = path.read_text(encoding="utf-8").splitlines()[0].split(",")
        keys = (CASE_KEYS | SELDOM_KEYS)[path.stem]
        wanted = by_key(expected, keys, header)
        found = by_key(read_mart(conn, path.stem), keys, header)
        if path.stem not in LISTED_WHOLE:
            found = {key: row for key, row in found.items() if key in wanted}
        assert found == wanted, path.stem
    assert_data_tests_pass(conn, built)
    conn.close()
