"""The door of the warehouse for Python: what it keeps, and what it refuses."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from decisions.contracts import Contract, contracts
from orchestration.warehouse import HOLDS, ContractError, Warehouse

TABLE = "decisions.prices"
CONTRACT = Contract(
    types={
        "name": "varchar",
        "day": "date",
        "price": "decimal(18,2)",
        "units": "integer",
        "is_final": "boolean",
    },
    required=frozenset({"name", "day"}),
    key=("name", "day"),
)
DAY = dt.date(2026, 6, 30)


def rows(**columns: object) -> pd.DataFrame:
    """A frame of two rows that keeps the contract but for these columns."""
    good: dict[str, object] = {
        "name": ["seat", "step"],
        "day": [DAY, DAY],
        "price": [Decimal("12345678901234.57"), None],
        "units": pd.array([3, None], dtype="Int64"),
        "is_final": [True, None],
    }
    return pd.DataFrame(good | columns)


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    """A warehouse in a file of its own, with the table in it."""
    monkeypatch.setenv("EXPANSION_WAREHOUSE", str(tmp_path / "warehouse.duckdb"))
    warehouse = Warehouse()
    warehouse.write(TABLE, rows(), CONTRACT)
    return warehouse


def test_what_is_written_is_read_with_its_types(warehouse: Warehouse) -> None:
    found = warehouse.read(TABLE).sort_values("name")
    assert list(found) == list(CONTRACT.types)
    assert list(found["price"]) == [Decimal("12345678901234.57"), None]
    assert list(found["day"]) == [DAY, DAY]
    assert found["units"].isna().tolist() == [False, True]


def test_another_write_replaces_the_table(warehouse: Warehouse) -> None:
    nothing = rows(price=[np.nan] * 2, is_final=[np.nan] * 2)
    warehouse.write(TABLE, nothing, CONTRACT)
    assert warehouse.read(TABLE)["is_final"].isna().all()
    warehouse.write(TABLE, nothing.astype(object).iloc[:0], CONTRACT)
    assert warehouse.read(TABLE).empty


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (rows().drop(columns="units"), "lacks column units"),
        (rows(owner="sales"), "may not have column owner"),
        (rows(name=[1, 2]), "name is int64, expected varchar"),
        (rows(name=["seat", 2]), "name mixes types"),
        (rows(units=[1.5, 2.0]), "units is double, expected integer"),
        (rows(units=[2**40, 1]), "units does not fit"),
        (rows(price=["1.00", "2.00"]), "price is .*string, expected decimal"),
        (rows(price=[float("inf"), 1.0]), "price does not fit"),
        (rows(day=[DAY, None]), "day is null in 1 rows"),
        (rows(name=["seat", "seat"]), "the key name, day repeats: seat, 2026-06-30"),
    ],
)
def test_a_broken_contract_is_named_and_the_table_stays(
    frame: pd.DataFrame, said: str, warehouse: Warehouse
) -> None:
    with pytest.raises(ContractError, match=rf"^{TABLE}:? .*{said}"):
        warehouse.write(TABLE, frame, CONTRACT)
    assert len(warehouse.read(TABLE)) == 2


def test_every_contract_can_be_kept() -> None:
    for contract in contracts().values():
        assert set(contract.key) <= contract.required <= set(contract.types)
        assert {kind.split("(")[0] for kind in contract.types.values()} <= set(HOLDS)
