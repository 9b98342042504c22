"""Every golden case of tests/cases gives the rows worked out by hand."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.python.compiled_build import (
    SELDOM_KEYS,
    Node,
    assert_data_tests_pass,
    build,
    leading_to,
    read_mart,
    run_settings,
)
from tests.python.golden_cases import COMPARED, case_files, read_case, write_raw

LISTED_WHOLE = {
    "arr_account_months",
    "arr_product_months",
    "expansion_drivers",
    "refusals",
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


@pytest.mark.parametrize("path", case_files(), ids=lambda path: path.stem)
def test_case_gives_the_rows_worked_out_by_hand(
    path: Path, finance_nodes: list[Node], nodes: list[Node], tmp_path: Path
) -> None:
    case = read_case(path)
    built = finance_nodes
    if seldom := case.expected.keys() & SELDOM_KEYS.keys():
        built = leading_to(nodes, [*(node.name for node in built), *seldom])
    raw = write_raw(case, tmp_path / "raw")
    conn = build(built, run_settings(raw, case.as_of, case.policy))
    for mart, table in case.expected.items():
        keys, columns = COMPARED[mart], list(table.columns)
        wanted = by_key(table.dicts(), keys, columns)
        found = by_key(read_mart(conn, mart), keys, columns)
        if mart not in LISTED_WHOLE:
            found = {key: row for key, row in found.items() if key in wanted}
        assert found == wanted, mart
    assert_data_tests_pass(conn, built)
    conn.close()
