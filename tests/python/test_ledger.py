"""The ledger: it grows, it comes back, and nobody changes its past unseen."""

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from decisions.contracts import Contract
from orchestration.ledger import LedgerError, append, parquet, read
from orchestration.settings import settings
from orchestration.warehouse import ContractError

TABLE = "notes"
CONTRACT = Contract(
    types={"note_id": "integer", "text": "varchar", "amount": "decimal(18,2)"},
    required=frozenset({"note_id", "text"}),
    key=("note_id",),
)


def rows(*notes: tuple[int, str, float | None]) -> pd.DataFrame:
    return pd.DataFrame(notes, columns=list(CONTRACT.types))


def texts() -> list[str]:
    return read(TABLE, CONTRACT)["text"].tolist()


def by_hand(statement: str) -> None:
    with duckdb.connect(str(settings().warehouse)) as conn:
        conn.execute(statement)


@pytest.fixture(autouse=True)
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger with two notes, in a warehouse of its own."""
    monkeypatch.setenv("EXPANSION_WAREHOUSE", str(tmp_path / "own.duckdb"))
    assert append(TABLE, rows((1, "first", None), (2, "second", 2.5)), CONTRACT) == 2


def test_a_new_row_is_added_and_an_old_one_left_alone() -> None:
    assert append(TABLE, rows((2, "second", 2.5), (3, "third", 1.0)), CONTRACT) == 1
    assert append(TABLE, rows((3, "third", 1.0)), CONTRACT) == 0
    assert append(TABLE, rows(), CONTRACT) == 0
    assert texts() == ["first", "second", "third"]


def test_another_row_of_the_same_key_is_refused_and_nothing_added() -> None:
    with pytest.raises(LedgerError, match="another row of note_id 2 already"):
        append(TABLE, rows((3, "third", None), (2, "other", 2.5)), CONTRACT)
    assert texts() == ["first", "second"]


def test_a_row_without_its_contract_is_refused() -> None:
    with pytest.raises(ContractError, match="text is null"):
        append(TABLE, rows((3, None, None)), CONTRACT)
    assert texts() == ["first", "second"]


def test_a_new_warehouse_gets_the_past_back() -> None:
    settings().warehouse.unlink()
    assert texts() == ["first", "second"]
    assert append(TABLE, rows((3, "third", None)), CONTRACT) == 1
    settings().warehouse.unlink()
    assert texts() == ["first", "second", "third"]


def test_what_is_exported_is_what_stands_in_the_warehouse() -> None:
    found = duckdb.sql(f"select text from '{parquet(TABLE)}' order by 1").fetchall()
    assert found == [("first",), ("second",)]
    assert not list(parquet(TABLE).parent.glob("*.half"))


@pytest.mark.parametrize(
    "statement",
    [
        "update ledger.notes set text = 'better' where note_id = 2",
        "delete from ledger.notes where note_id = 2",
    ],
)
def test_a_past_changed_by_hand_is_named(statement: str) -> None:
    by_hand(statement)
    for act in (texts, lambda: append(TABLE, rows((3, "third", None)), CONTRACT)):
        with pytest.raises(
            LedgerError, match=r"not what notes.parquet says of note_id 2"
        ):
            act()


def test_an_export_changed_by_hand_is_named() -> None:
    path = parquet(TABLE)
    duckdb.sql(
        f"copy (select 1 as note_id, 'better' as text, null::decimal(18,2) as amount) "
        f"to '{path}'"
    )
    with pytest.raises(LedgerError, match="note_id 1"):
        texts()


def test_a_ledger_that_was_dropped_comes_back() -> None:
    by_hand("drop schema ledger cascade")
    assert texts() == ["first", "second"]
