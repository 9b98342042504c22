"""The source's history: dated by the as-of date, kept from the first run on."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.python.compiled_build import dbt
from tests.python.golden_cases import raw_of

FIRST, LATER = dt.date(2026, 3, 31), dt.date(2026, 4, 30)
TABLES = ("accounts", "subscriptions", "subscription_items")

History = dict[str, list[tuple[object, ...]]]


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def story(
    tmp_path_factory: pytest.TempPathFactory, parsed: Path
) -> Iterator[dict[str, History]]:
    """The histories after each run of one story on one warehouse."""
    place = tmp_path_factory.mktemp("history")
    raw = raw_of("merge_of_two_payers", place / "raw")
    warehouse = place / "warehouse.duckdb"
    accounts, items = raw / "crm__accounts.csv", raw / "billing__subscription_items.csv"
    patch = pytest.MonkeyPatch()
    patch.setenv("EXPANSION_RAW", str(raw))

    def run(as_of: dt.date) -> History:
        patch.setenv("EXPANSION_AS_OF", as_of.isoformat())
        dbt(
            *("build", "--select", "+resource_type:snapshot"),
            *("--exclude-resource-type", "unit_test"),
            *("--indirect-selection", "cautious"),
            warehouse=warehouse,
            parsed=parsed,
        )
        with duckdb.connect(str(warehouse), read_only=True) as conn:
            return {
                table: conn.execute(
                    f"select * from ledger.{table}_history order by all"
                ).fetchall()
                for table in TABLES
            }

    histories = {"first": run(FIRST)}
    replace(accounts, "mid_market", "enterprise")
    replace(items, "1,60,100.00", "1,70,100.00")
    replace(items, "itm_trading,sub_trading,prd_core", "itm_new,sub_trading,prd_core")
    histories["changed"] = run(LATER)
    replace(items, "1,70,100.00", "1,75,100.00")
    histories["corrected"] = run(LATER)
    histories["earlier"] = run(FIRST)
    yield histories
    patch.undo()


def rows(history: History, table: str) -> list[tuple[object, ...]]:
    """Key, first and last date of each row."""
    return sorted((row[0], row[-2], row[-1]) for row in history[table])


def test_the_first_run_keeps_everything_as_of_its_date(
    story: dict[str, History],
) -> None:
    assert rows(story["first"], "subscription_items") == [
        ("itm_energy", FIRST, None),
        ("itm_trading", FIRST, None),
    ]
    assert {row[-2:] for row in story["first"]["accounts"]} == {(FIRST, None)}


def test_the_same_input_gives_the_same_history(story: dict[str, History]) -> None:
    for table in ("accounts", "subscriptions"):
        assert story["corrected"][table] == story["changed"][table]


def test_what_changed_came_or_went_is_dated_by_the_run(
    story: dict[str, History],
) -> None:
    assert rows(story["changed"], "subscription_items") == [
        ("itm_energy", FIRST, LATER),
        ("itm_energy", LATER, None),
        ("itm_new", LATER, None),
        ("itm_trading", FIRST, LATER),
    ]
    assert rows(story["changed"], "accounts") == [
        ("acc_helios_energy", FIRST, None),
        ("acc_helios_trading", FIRST, LATER),
        ("acc_helios_trading", LATER, None),
    ]
    assert story["changed"]["subscriptions"] == story["first"]["subscriptions"]


def test_a_correction_of_the_same_date_takes_the_place_of_what_it_corrects(
    story: dict[str, History],
) -> None:
    assert rows(story["corrected"], "subscription_items") == rows(
        story["changed"], "subscription_items"
    )
    quantities = [
        row[6] for row in story["corrected"]["subscription_items"] if row[-1] is None
    ]
    assert 75 in quantities and 70 not in quantities


def test_a_run_as_of_an_earlier_date_changes_nothing(
    story: dict[str, History],
) -> None:
    assert story["earlier"] == story["corrected"]
