"""The story of three closed months that did not stay what they were.

As of 10 April 2025 January to March are closed, with (yearly prices, from 2024 on)

    acme 12,000   birch 6,000   cedar 3,000   dup 2,400 from February 2024
    elm 10,000 EUR at 1.10      fir 5,000 less 10 % forever

A month later the source says that birch had ended on 15 February; that cedar bought
1,200 less 10 % on 1 March; that dup is acme; and that the euro is planned at 1.20 from
1 March on. Discounts no longer lower ARR. And cedar, small like birch at the closes, is
large like all others.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.closing import FROZEN, export, is_whole
from orchestration.door import open_door
from orchestration.evaluations import Evaluation, evaluate, needed
from orchestration.settings import Settings
from tests.python.compiled_build import dbt
from tests.python.raw_folders import Row, Tables, write_folder

JANUARY, FEBRUARY, MARCH = (dt.date(2025, month, 1) for month in (1, 2, 3))
MONTHS = (JANUARY, FEBRUARY, MARCH)
CLOSED_AS_OF, NOW = dt.date(2025, 4, 10), dt.date(2025, 5, 10)
POLICY = {"discounts_counted": "none"}
BUILD = (
    *("build", "--select", "+restatements", "+restated_items"),
    *("+retention_restatements", "--exclude-resource-type", "test"),
    *("--exclude-resource-type", "unit_test"),
)
TESTS = (
    "assert_restatements_add_up_to_difference",
    "assert_closed_months_are_unaltered",
)


def contract(account: str, price: str, start: str, **other: str) -> tuple[Row, Row]:
    """A subscription with an item of a yearly price."""
    name = other.pop("name", account)
    subscription = {
        "subscription_id": f"s-{name}",
        "account_id": account,
        "currency": other.pop("currency", "USD"),
        "started_on": start,
    }
    item = {
        "item_id": f"i-{name}",
        "subscription_id": f"s-{name}",
        "product_id": "core",
        "charge_type": "recurring",
        "billing_interval": "year",
        "interval_count": "1",
        "quantity": "1",
        "unit_price": price,
        "valid_from": start,
    }
    return subscription, item | other


def company(is_later: bool) -> Tables:
    """The raw tables at the closes, and a month later."""
    contracts = [
        contract("acme", "12000", "2024-01-01"),
        contract(
            *("birch", "6000", "2024-01-01"), valid_to="2025-02-15" if is_later else ""
        ),
        contract("cedar", "3000", "2024-01-01"),
        contract("dup", "2400", "2024-02-01"),
        contract("elm", "10000", "2024-01-01", currency="EUR"),
        contract("fir", "5000", "2024-01-01"),
    ]
    rates = [("2024-01-01", "1.10")]
    if is_later:
        contracts.append(contract("cedar", "1200", "2025-03-01", name="late"))
        rates.append(("2025-03-01", "1.20"))
    items = [item for _, item in contracts]
    small = {"birch"} if is_later else {"birch", "cedar"}
    return {
        "billing__products": [{"product_id": "core", "product_family": "suite"}],
        "billing__subscriptions": [subscription for subscription, _ in contracts],
        "billing__subscription_items": items,
        "billing__discounts": [
            {
                "discount_id": f"d-{item['item_id']}",
                "subscription_id": item["subscription_id"],
                "item_id": item["item_id"],
                "percent_off": "10",
                "duration": "forever",
                "valid_from": item["valid_from"],
            }
            for item in items
            if item["item_id"] in ("i-fir", "i-late")
        ],
        "billing__fx_rates": [
            {
                "currency": "EUR",
                "rate_type": "plan",
                "valid_from": valid_from,
                "rate": rate,
            }
            for valid_from, rate in rates
        ],
        "crm__accounts": [
            {
                "account_id": name,
                "account_name": name,
                "merged_into_account_id": "acme" if is_later and name == "dup" else "",
                "segment": "small" if name in small else "large",
            }
            for name in ("acme", "birch", "cedar", "dup", "elm", "fir")
        ],
        "finance__period_closes": [
            {"month_start": str(month), "closed_on": "2025-04-08", "closed_by": "ada"}
            for month in MONTHS
        ],
    }


@dataclass
class Story:
    """A company's raw folder and warehouse, and what its builds leave."""

    folder: Path
    parsed: Path
    is_later: bool = False

    @property
    def run(self) -> Settings:
        """The settings of the next build."""
        return Settings(
            raw=str(self.folder / "raw"),
            warehouse=self.folder / "warehouse.duckdb",
            as_of=NOW if self.is_later else CLOSED_AS_OF,
            policy=POLICY if self.is_later else {},
            target="duckdb",
        )

    def build(self, *arguments: str) -> None:
        """dbt alone, in this process."""
        policy = ",".join(f"{key}={value}" for key, value in self.run.policy.items())
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("EXPANSION_RAW", self.run.raw)
            environment.setenv("EXPANSION_AS_OF", self.run.as_of.isoformat())
            environment.setenv("EXPANSION_POLICY", policy)
            dbt(*arguments, warehouse=self.run.warehouse, parsed=self.parsed)

    def evaluate(self) -> list[str]:
        """What the orchestrated build does before dbt."""
        with duckdb.connect(str(self.run.warehouse)) as conn:
            open_door(conn, self.run)
        return evaluate(self.run, self.parsed)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with duckdb.connect(str(self.run.warehouse), read_only=True) as conn:
            return conn.execute(query).fetchall()

    def ledger(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows that were frozen."""
        return {
            table: self.rows(f"from ledger.{table} order by all") for table in FROZEN
        }


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, parsed: Path) -> Iterator[Story]:
    """Closed, then built again, with a full refresh, on what is known a month later."""
    told = Story(tmp_path_factory.mktemp("story"), parsed)
    write_folder(company(is_later=False), told.folder / "raw")
    told.build(*BUILD)
    assert len(told.rows("from ledger.closed_months")) == 3
    assert told.rows("from marts.restatements") == []
    told.reported = told.ledger()
    with duckdb.connect(str(told.run.warehouse)) as conn:
        export(conn, told.run, FROZEN)
    told.is_later = True
    write_folder(company(is_later=True), told.folder / "raw")
    assert told.evaluate() == []
    told.build(*BUILD, "--full-refresh")
    yield told


RESTATED = {
    (JANUARY, "closing_arr", "acme", "merge"): 2400,
    (JANUARY, "closing_arr", "dup", "merge"): -2400,
    (JANUARY, "closing_arr", "fir", "policy"): 500,
    (FEBRUARY, "closing_arr", "acme", "merge"): 2400,
    (FEBRUARY, "closing_arr", "dup", "merge"): -2400,
    (FEBRUARY, "closing_arr", "fir", "policy"): 500,
    (FEBRUARY, "closing_arr", "birch", "backdated_cancel"): -6000,
    (MARCH, "closing_arr", "acme", "merge"): 2400,
    (MARCH, "closing_arr", "dup", "merge"): -2400,
    (MARCH, "closing_arr", "fir", "policy"): 500,
    (MARCH, "closing_arr", "birch", "backdated_cancel"): -6000,
    # 1,080 under the policy of the close, 1,200 under that of now: 1,140 by half.
    (MARCH, "closing_arr", "cedar", "late_booking"): 1140,
    # 1,200 in all.
    (MARCH, "closing_arr", "cedar", "policy"): 60,
    # 10,000 EUR at 0.10 more.
    (MARCH, "closing_arr", "elm", "fx"): 1000,
    # What was there in January 2024, where dup was not yet.
    (JANUARY, "opening_arr_12m", "fir", "policy"): 500,
    (FEBRUARY, "opening_arr_12m", "fir", "policy"): 500,
    (FEBRUARY, "opening_arr_12m", "acme", "merge"): 2400,
    (FEBRUARY, "opening_arr_12m", "dup", "merge"): -2400,
    (MARCH, "opening_arr_12m", "fir", "policy"): 500,
    (MARCH, "opening_arr_12m", "acme", "merge"): 2400,
    (MARCH, "opening_arr_12m", "dup", "merge"): -2400,
    # Openings are at the rates of the month that looks back.
    (MARCH, "opening_arr_12m", "elm", "fx"): 1000,
}


def test_five_causes_are_told_with_their_sums_and_no_other(story: Story) -> None:
    rows = story.rows(
        "select month_start, metric, account_id, cause, delta from marts.restatements"
    )
    found = {(month, *key): delta for month, *key, delta in rows}
    assert found == {key: Decimal(delta) for key, delta in RESTATED.items()}
    assert len(rows) == len(RESTATED)


def test_a_restatement_says_what_it_rests_on(story: Story) -> None:
    found = dict(
        story.rows(
            f"""
            select concat(account_id, ' ', cause), reason from marts.restatements
            where month_start = '{MARCH}' and metric = 'closing_arr'
            """
        )
    )
    assert found["birch backdated_cancel"] == "i-birch: 6000.00 had ended before"
    assert found["elm fx"] == "i-elm: 10000.00 EUR at 1.200000 instead of 1.100000"
    assert found["dup merge"] == "i-dup: 2400.00 moved from dup to acme by a merge"
    assert found["cedar late_booking"] == "i-late: 1200.00 was not in the books"
    assert "discounts_counted=none" in found["cedar policy"]
    assert "instead of 2026.02 (" in found["cedar policy"]
    assert "discounts_counted=forever" in found["cedar policy"]


def test_material_is_the_whole_of_an_account(story: Story) -> None:
    found = story.rows(
        f"""
        select account_id, is_material, as_reported, as_restated
        from marts.restatements
        where month_start = '{MARCH}' and metric = 'closing_arr'
            and account_id in ('cedar', 'elm', 'fir')
        order by all
        """
    )
    assert found == [
        ("cedar", True, 3000, 4200),
        ("cedar", True, 3000, 4200),
        ("elm", True, 11000, 12000),
        ("fir", False, 4500, 5000),
    ]


def test_what_was_reported_stands_after_a_full_refresh(story: Story) -> None:
    assert story.ledger() == story.reported
    story.build("test", "--select", *TESTS)


def test_retention_as_reported_and_as_restated(story: Story) -> None:
    """12,000 + 6,000 + 3,000 + 2,400 + 11,000 + 4,500, and 14,400 - 0 + 4,200 ..."""
    [found] = story.rows(
        f"""
        select reported_numerator, reported_denominator, restated_numerator,
            restated_denominator, value_delta, is_restated,
            reported_policy_version, restated_policy_version
        from marts.retention_restatements
        where month_start = '{MARCH}' and scope_type = 'company'
            and metric_id = 'net_revenue_retention_12m'
        """
    )
    delta = Decimal("-0.118812")
    versions = ("2026.02", "2026.02-overridden")
    assert found == (38900, 38900, 35600, 40400, delta, True, *versions)


def test_what_moved_between_scopes_is_told_from_what_is_restated(story: Story) -> None:
    """Cedar's 3,000 moved; its 1,200 more, elm's 1,000 and fir's 500 are restated."""
    found = story.rows(
        f"""
        select scope_value, restated_numerator_delta, moved_numerator_delta,
            restated_denominator_delta, moved_denominator_delta
        from marts.retention_restatements
        where month_start = '{MARCH}' and scope_type in ('company', 'segment')
            and metric_id = 'net_revenue_retention_12m'
        order by 1
        """
    )
    assert found == [
        ("all", -3300, 0, 1500, 0),
        ("large", 2700, 3000, 1500, 3000),
        ("small", -6000, -3000, 0, -3000),
    ]


def test_openings_of_a_scope_are_restated_by_its_accounts(story: Story) -> None:
    """A denominator moves by what restatements say of the accounts of the scope now."""
    found = story.rows(
        """
        with restated as (
            select coalesce(accounts.segment, 'large') as segment, month_start,
                sum(delta) as delta
            from marts.restatements
            left join marts.accounts using (account_id)
            where metric = 'opening_arr_12m'
            group by all
        )
        select count(*), count(*) filter (
            where restated_denominator_delta = coalesce(delta, 0)
        )
        from marts.retention_restatements as retention
        left join restated
            on retention.scope_value = restated.segment
            and retention.month_start = restated.month_start
        where scope_type = 'segment' and metric_id = 'net_revenue_retention_12m'
        """
    )
    assert found == [(6, 6)]


def test_a_copy_that_is_not_what_it_was_is_not_evaluated(story: Story) -> None:
    """Data and policy are told apart by what the close kept, or not at all."""
    [kept] = (story.folder / "warehouse.ledger" / "raw").iterdir()
    before = story.rows("from ledger.arr_evaluations order by all")
    with duckdb.connect(str(story.run.warehouse)) as conn:
        conn.execute("delete from ledger.evaluated_months")
        conn.execute("delete from ledger.arr_evaluations")
    file = kept / "billing__discounts.parquet"
    content = file.read_bytes()
    with duckdb.connect() as conn:
        conn.execute(f"create table discounts as from '{file}'")
        conn.execute("update discounts set percent_off = '11'")
        conn.execute(f"copy discounts to '{file}'")
    [failure] = story.evaluate()
    assert f"{kept} is not what it was at the close of 2025-01, 2025-02" in failure
    [(evaluated,)] = story.rows("select distinct raw_id from ledger.evaluated_months")
    assert evaluated != kept.name
    file.unlink()
    assert not is_whole(kept)
    file.write_bytes(content)
    (kept / "crm__accounts.csv").touch()
    assert not is_whole(kept)
    (kept / "crm__accounts.csv").unlink()
    assert is_whole(kept)
    assert story.evaluate() == []
    assert story.rows("from ledger.arr_evaluations order by all") == before


def test_a_warehouse_made_anew_takes_its_ledger_back(story: Story) -> None:
    """Last, for it removes the warehouse; without evaluations nothing is split."""
    story.run.warehouse.unlink()
    story.build(*BUILD)
    assert story.ledger() == story.reported
    rows = story.rows(
        f"""
        select account_id, cause, delta, reason from marts.restatements
        where month_start = '{MARCH}' and metric = 'closing_arr' order by all
        """
    )
    assert [(account, cause, delta) for account, cause, delta, _ in rows] == [
        ("acme", "other", 2400),
        ("birch", "other", -6000),
        ("cedar", "other", 1200),
        ("dup", "other", -2400),
        ("elm", "other", 1000),
        ("fir", "other", 500),
    ]
    assert all("run make build" in row[-1] for row in rows)


def test_only_months_of_another_policy_and_other_data_are_evaluated() -> None:
    """January has the policy of now, February its data; March and April share a run."""
    now = Evaluation("r2", "grace=0", NOW)
    then = Evaluation("r1", "grace=30", CLOSED_AS_OF)
    closes = {
        JANUARY: Evaluation("r1", "grace=0", CLOSED_AS_OF),
        FEBRUARY: Evaluation("r2", "grace=30", NOW),
        MARCH: then,
        dt.date(2025, 4, 1): then,
    }
    both = {MARCH, dt.date(2025, 4, 1)}
    assert needed(closes, now) == {
        Evaluation("r2", "grace=30", NOW): both,
        Evaluation("r1", "grace=0", CLOSED_AS_OF): both,
    }
