"""The reference alone: the worked numbers of the definitions by hand, then the laws."""

import tempfile
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings

from tests.python.raw_folders import (
    COLUMNS,
    RawFolder,
    Tables,
    raw_folders,
    text,
    write_folder,
)
from tests.python.reference import (
    MOVEMENTS,
    compute,
    compute_folder,
    half_away,
    months_before,
    year_after,
)

AS_OF = date(2025, 6, 30)
AMOUNTS = ("opening_arr", *(f"{name}_arr" for name in MOVEMENTS), "fx_arr")
ADDITIVE = ("opening_arr", "new_arr", "reactivation_arr", "churn_arr", "fx_arr")
law = settings(
    max_examples=20,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
Marts = dict[str, list[dict[str, Any]]]


# ------------------------------------------------------------------ small folders


def row(table: str, **values: object) -> dict[str, str]:
    """A row of a table; what is not given is empty."""
    empty = dict.fromkeys(COLUMNS[table], "")
    return empty | {name: text(value) for name, value in values.items()}


def folder(*items: dict[str, str], **tables: list[dict[str, str]]) -> Tables:
    """Account a1, dollar subscription s1, tiers p1 and p2, add-on p3, and these.

    Tables are named by their objects: `subscriptions=[...]` replaces the default.
    """
    built = {
        "crm__accounts": [row("crm__accounts", account_id="a1", account_name="One")],
        "billing__products": [
            product("p1", "suite", 1),
            product("p2", "suite", 2),
            product("p3", "addons", 1),
        ],
        "billing__subscriptions": [subscription("s1")],
        "billing__subscription_items": list(items),
    }
    names = {name.split("__")[1]: name for name in COLUMNS}
    return built | {names[objects]: rows for objects, rows in tables.items()}


def product(product_id: str, family: str, rank: int | str) -> dict[str, str]:
    """A product."""
    return row(
        "billing__products",
        product_id=product_id,
        product_family=family,
        tier_rank=rank,
    )


def subscription(subscription_id: str, **values: object) -> dict[str, str]:
    """A dollar subscription of a1 since 2024."""
    defaults = {"account_id": "a1", "currency": "USD", "started_on": "2024-01-01"}
    return row(
        "billing__subscriptions",
        subscription_id=subscription_id,
        **(defaults | values),
    )


def item(item_id: str, price: str, start: str, end: str = "", **values: object):
    """A yearly item of s1, one unit of p1."""
    defaults = {
        "subscription_id": "s1",
        "product_id": "p1",
        "charge_type": "recurring",
        "billing_interval": "year",
        "interval_count": 1,
        "quantity": 1,
        "valid_from": start,
        "valid_to": end,
    }
    return row(
        "billing__subscription_items",
        item_id=item_id,
        unit_price=price,
        **(defaults | values),
    )


def discount(**values: object) -> dict[str, str]:
    """A discount of all of s1, for ever, since 2024."""
    defaults = {
        "discount_id": "d1",
        "subscription_id": "s1",
        "duration": "forever",
        "valid_from": "2024-01-01",
    }
    return row("billing__discounts", **(defaults | values))


def status(name: str, start: str, end: str = "") -> dict[str, str]:
    """A status of s1."""
    return row(
        "billing__subscription_statuses",
        subscription_id="s1",
        status=name,
        valid_from=start,
        valid_to=end,
    )


def fx_rate(start: str, rate: str, rate_type: str = "plan") -> dict[str, str]:
    """A rate of the euro."""
    return row(
        "billing__fx_rates",
        currency="EUR",
        rate_type=rate_type,
        valid_from=start,
        rate=rate,
    )


def adjustment(amount: str, start: str, end: str, by: str) -> dict[str, str]:
    """A dollar adjustment of a1's p1."""
    return row(
        "finance__arr_adjustments",
        adjustment_id=f"x{amount}{by}",
        account_id="a1",
        product_id="p1",
        valid_from=start,
        valid_to=end,
        arr_amount=amount,
        currency="USD",
        reason="paper",
        approved_by=by,
    )


def closings(marts: Marts) -> dict[str, str]:
    """Month -> closing ARR of the only account."""
    return {
        f"{one['month_start']:%Y-%m}": str(one["closing_arr"])
        for one in marts["arr_account_months"]
    }


def movements(marts: Marts) -> list[str | None]:
    """The movements of the only account, in order."""
    return [one["movement"] for one in marts["arr_account_months"]]


def drivers(marts: Marts) -> dict[str, str]:
    """Driver -> signed delta."""
    return {one["driver"]: str(one["arr_delta"]) for one in marts["expansion_drivers"]}


def arr_on(tables: Tables, as_of: date = AS_OF, **policy: object) -> Decimal:
    """The current ARR of the only account."""
    return compute(tables, as_of, policy)["accounts"][0]["current_arr"]


def metric(marts: Marts, metric_id: str, month: date, scope: str = "all"):
    """One row of retention_months."""
    return next(
        one
        for one in marts["retention_months"]
        if (one["metric_id"], one["month_start"], one["scope_value"])
        == (metric_id, month, scope)
    )


# ------------------------------------------------------------------ ARR of an item


def test_two_thousand_a_year() -> None:
    arr = arr_on(folder(item("i1", "2000", "2025-01-01")))
    assert arr == Decimal("2000.00")
    assert half_away(arr / 12, 2) == Decimal("166.67")


def test_ten_seats_with_a_coupon() -> None:
    seats = item("i1", "15.00", "2025-01-01", billing_interval="month", quantity=10)
    tables = folder(seats, discounts=[discount(percent_off=20)])
    assert arr_on(tables) == Decimal("1440.00")


@pytest.mark.parametrize(
    ("interval", "count", "expected"),
    [("day", 1, "3650"), ("week", 2, "260"), ("month", 3, "40"), ("year", 4, "2.5")],
)
def test_billing_intervals(interval: str, count: int, expected: str) -> None:
    terms = {"billing_interval": interval, "interval_count": count}
    assert arr_on(folder(item("i1", "10", "2025-01-01", **terms))) == Decimal(expected)


def test_half_a_cent_rounds_away_from_zero_per_item() -> None:
    two = [item(name, "0.005", "2025-01-01") for name in ("i1", "i2")]
    assert arr_on(folder(*two)) == Decimal("0.02")
    assert half_away(Decimal("-0.005"), 2) == Decimal("-0.01")


def test_percents_compound_then_amounts_then_floor() -> None:
    monthly = item("i1", "100", "2025-01-01", billing_interval="month", quantity=3)
    off = [
        discount(discount_id="d1", amount_off="5"),
        discount(discount_id="d2", percent_off="10"),
        discount(discount_id="d3", percent_off="50"),
    ]
    # 3,600 x 0.9 x 0.5 = 1,620, less 5 x 12 whatever the quantity.
    assert arr_on(folder(monthly, discounts=off)) == Decimal("1560.00")
    too_much = [discount(amount_off="500")]
    assert arr_on(folder(monthly, discounts=too_much)) == Decimal("0.00")


@pytest.mark.parametrize(
    ("duration", "counted", "expected"),
    [
        ("forever", "forever", "90.00"),
        ("repeating", "forever", "100.00"),
        ("repeating", "recurring", "90.00"),
        ("once", "recurring", "100.00"),
        ("forever", "none", "100.00"),
    ],
)
def test_discounts_counted(duration: str, counted: str, expected: str) -> None:
    off = [discount(percent_off=10, duration=duration)]
    tables = folder(item("i1", "100", "2025-01-01"), discounts=off)
    assert arr_on(tables, discounts_counted=counted) == Decimal(expected)


def test_a_discount_of_one_item_leaves_the_others() -> None:
    two = [item(name, "100", "2025-01-01") for name in ("i1", "i2")]
    off = [discount(percent_off=10, item_id="i2")]
    assert arr_on(folder(*two, discounts=off)) == Decimal("190.00")


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ({"started_on": "2025-07-01"}, "0.00"),
        ({"ends_on": "2025-06-30"}, "0.00"),
        ({"ends_on": "2025-07-01"}, "100.00"),
        ({"started_on": "2025-06-01", "trial_ends_on": "2025-06-30"}, "100.00"),
        ({"started_on": "2025-06-01", "trial_ends_on": "2025-07-01"}, "0.00"),
        # Too long for a trial: free days put on a contract that was paid for.
        ({"started_on": "2025-01-01", "trial_ends_on": "2025-07-01"}, "100.00"),
    ],
)
def test_subscription_dates(dates: dict[str, str], expected: str) -> None:
    one = item("i1", "100", "2025-01-01")
    tables = folder(one, subscriptions=[subscription("s1", **dates)])
    assert arr_on(tables, renewal_grace_days=0) == Decimal(expected)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("active", "2025-01-01", "")], "100.00"),
        ([("paused", "2025-01-01", "")], "0.00"),
        ([("active", "2025-01-01", "2025-06-01")], "0.00"),
        ([("past_due", "2025-04-01", "")], "100.00"),
        ([("past_due", "2025-03-31", "")], "0.00"),
        (
            [
                ("past_due", "2025-03-31", "2025-05-01"),
                ("past_due", "2025-05-01", ""),
            ],
            "0.00",
        ),
        (
            [
                ("past_due", "2025-03-31", "2025-05-01"),
                ("active", "2025-05-01", "2025-05-02"),
                ("past_due", "2025-05-02", ""),
            ],
            "100.00",
        ),
        ([("active", "2025-01-01", ""), ("paused", "2025-06-01", "")], "0.00"),
        ([("paused", "2025-07-01", "")], "100.00"),
    ],
)
def test_statuses(rows: list[tuple[str, str, str]], expected: str) -> None:
    tables = folder(
        item("i1", "100", "2025-01-01"),
        subscription_statuses=[status(*one) for one in rows],
    )
    assert arr_on(tables, renewal_grace_days=0) == Decimal(expected)


def test_usage_and_one_time_bear_nothing() -> None:
    items = [
        item("i1", "100", "2025-01-01", charge_type="usage"),
        item("i2", "100", "2025-01-01", charge_type="one_time"),
    ]
    assert compute(folder(*items), AS_OF)["arr_account_months"] == []


def test_usage_arr_is_four_quarters() -> None:
    usage = item("i1", "0", "2025-01-01", charge_type="usage")
    lines = [
        ("2025-03-31", "charge", 1000),
        ("2025-04-01", "charge", 10),
        ("2025-06-30", "proration", 20),
        ("2025-05-05", "credit", -5),
        ("2025-05-05", "one_time", 700),
        ("2025-07-01", "charge", 3000),
    ]
    invoiced = [
        row(
            "billing__invoice_lines",
            line_id=f"l{number}",
            account_id="a1",
            item_id="i1",
            line_type=kind,
            currency="USD",
            amount=amount,
            tax_amount=9,
            issued_on=day,
        )
        for number, (day, kind, amount) in enumerate(lines)
    ]
    accounts = compute(folder(usage, invoice_lines=invoiced), AS_OF)["accounts"]
    assert accounts[0]["usage_arr"] == Decimal("100.00")
    assert accounts[0]["lifecycle"] == "prospect"


def test_adjustments_count_when_approved() -> None:
    tables = folder(
        item("i1", "100", "2025-01-01"),
        arr_adjustments=[
            adjustment("-30.005", "2025-05-01", "", "cfo"),
            adjustment("-50", "2025-05-01", "", ""),
        ],
    )
    assert arr_on(tables) == Decimal("69.99")


# ------------------------------------------------------------------ gaps


def test_gap_of_twenty_days_is_held() -> None:
    tables = folder(
        item("i1", "100", "2025-01-01", "2025-03-10"),
        item("i2", "120", "2025-03-30"),
    )
    marts = compute(tables, date(2025, 4, 30))
    assert closings(marts)["2025-03"] == "120.00"
    later = folder(
        item("i1", "100", "2025-01-01", "2025-03-10", quantity=3),
        item("i2", "120", "2025-04-09"),
    )
    marts = compute(later, date(2025, 4, 30))
    assert closings(marts)["2025-03"] == "300.00"
    assert [one["is_in_grace"] for one in marts["arr_account_months"]] == [
        False,
        False,
        True,
        False,
    ]
    assert [one["quantity"] for one in marts["arr_product_months"]] == [3, 3, 3, 1]


def test_gap_of_forty_five_days_is_a_churn() -> None:
    tables = folder(
        item("i1", "100", "2025-01-01", "2025-03-10"),
        item("i2", "100", "2025-04-24"),
    )
    marts = compute(tables, date(2025, 4, 30))
    assert closings(marts)["2025-03"] == "0.00"
    assert movements(marts) == ["new", None, "churn", "reactivation"]
    held = compute(tables, date(2025, 4, 30), {"renewal_grace_days": 45})
    assert movements(held) == ["new", None, None, None]


@pytest.mark.parametrize(
    ("renewed", "march"), [("2025-04-09", "100.00"), ("2025-04-10", "0.00")]
)
def test_thirty_days_are_held_and_thirty_one_are_not(renewed: str, march: str) -> None:
    tables = folder(
        item("i1", "100", "2025-01-01", "2025-03-10"), item("i2", "100", renewed)
    )
    assert closings(compute(tables, AS_OF))["2025-03"] == march


@pytest.mark.parametrize(
    ("as_of", "march"),
    [(date(2025, 4, 8), "100.00"), (date(2025, 4, 9), "0.00")],
)
def test_an_open_gap_is_held_less_than_thirty_days(as_of: date, march: str) -> None:
    tables = folder(
        item("i1", "100", "2025-01-01", "2025-03-10"), item("i2", "9", "2025-04-30")
    )
    assert closings(compute(tables, as_of))["2025-03"] == march


def test_the_held_amount_keeps_its_own_currency() -> None:
    euro = [subscription("s1", currency="EUR")]
    tables = folder(
        item("i1", "100", "2025-01-01", "2025-03-20"),
        item("i2", "100", "2025-04-05"),
        subscriptions=euro,
        fx_rates=[fx_rate("2025-01-01", "1.1"), fx_rate("2025-03-25", "1.2")],
    )
    march = compute(tables, date(2025, 4, 30))["arr_account_months"][2]
    assert (march["closing_arr"], march["fx_arr"]) == (Decimal(120), Decimal(10))
    assert march["is_in_grace"]


def test_a_product_that_left_gives_way_to_its_successor() -> None:
    switched = folder(
        item("i1", "100", "2025-01-01", "2025-06-10"),
        item("i2", "120", "2025-06-10", product_id="p2"),
    )
    assert arr_on(switched) == Decimal("120.00")
    assert arr_on(switched, renewal_gap_closed_by="product") == Decimal("220.00")
    assert arr_on(switched, renewal_grace_days=0) == Decimal("120.00")
    assert closings(compute(switched, date(2025, 7, 31)))["2025-06"] == "120.00"


# ------------------------------------------------------------------ movements


def test_return_is_new_churn_reactivation() -> None:
    tables = folder(
        item("i1", "100", "2025-01-01", "2025-02-01"), item("i2", "80", "2025-04-01")
    )
    marts = compute(tables, date(2025, 4, 30))
    assert movements(marts) == ["new", "churn", "reactivation"]
    bridge = [one for one in marts["arr_bridge_months"] if one["scope_value"] == "all"]
    assert [str(one["closing_arr"]) for one in bridge] == [
        "100.00",
        "0.00",
        "0.00",
        "80.00",
    ]
    assert [one["n_accounts"] for one in bridge] == [1, 0, 0, 1]


def test_a_rate_moves_fx_and_nothing_else() -> None:
    tables = folder(
        item("i1", "100", "2025-01-01", quantity=2),
        subscriptions=[subscription("s1", currency="EUR")],
        fx_rates=[
            fx_rate("2025-02-01", "1.1"),
            fx_rate("2025-03-15", "1.2"),
            fx_rate("2025-03-15", "9", "spot"),
        ],
    )
    marts = compute(tables, date(2025, 3, 31))
    assert closings(marts) == {
        "2025-01": "220.00",
        "2025-02": "220.00",
        "2025-03": "240.00",
    }
    assert movements(marts) == ["new", None, None]
    assert marts["arr_account_months"][2]["fx_arr"] == Decimal(20)
    assert marts["expansion_drivers"] == []
    net = metric(marts, "net_revenue_retention_1m", date(2025, 3, 1))
    assert (net["numerator"], net["denominator"], net["value"]) == (240, 240, 1)


def test_balances_end_with_the_last_month_end() -> None:
    tables = folder(item("i1", "100", "2025-01-01"))
    assert list(closings(compute(tables, date(2025, 3, 30)))) == ["2025-01", "2025-02"]
    assert months_before(date(2024, 3, 31), 1) == date(2024, 2, 29)


def test_merged_accounts_and_migrated_products_have_one_history() -> None:
    accounts = [
        row("crm__accounts", account_id="a1", merged_into_account_id="a2"),
        row("crm__accounts", account_id="a2", parent_account_id="a3"),
        row("crm__accounts", account_id="a3", segment="smb"),
    ]
    migrations = [
        row(
            "billing__product_migrations",
            old_product_id="p1",
            new_product_id="p2",
            effective_on=day,
        )
        for day in ("2025-06-01", "2025-08-01")
    ]
    tables = folder(
        item("i1", "100", "2025-01-01", "2025-06-01"),
        item("i2", "130", "2025-06-01", product_id="p2"),
        accounts=accounts,
    )
    now = compute({**tables, "billing__product_migrations": migrations[:1]}, AS_OF)
    assert [one["account_id"] for one in now["accounts"]] == ["a3"]
    assert now["accounts"][0]["country"] == "unspecified"
    assert {one["product_id"] for one in now["arr_product_months"]} == {"p2"}
    assert drivers(now) == {"price": "30.00"}
    # A month later, when the product that left is no longer held in a gap.
    not_yet = {**tables, "billing__product_migrations": migrations[1:]}
    early = compute(not_yet, date(2025, 7, 31))
    assert drivers(early) == {"tier_upgrade": "30.00"}


def test_a_rate_that_rounds_the_balance_to_zero_is_a_churn_of_nothing() -> None:
    tables = folder(
        item("i1", "0.01", "2025-01-01"),
        subscriptions=[subscription("s1", currency="EUR")],
        fx_rates=[fx_rate("2025-01-01", "0.5"), fx_rate("2025-02-01", "0.4")],
    )
    marts = compute(tables, date(2025, 2, 28))
    assert movements(marts) == ["new", "churn"]
    february = marts["arr_account_months"][1]
    assert (february["churn_arr"], february["fx_arr"]) == (0, Decimal("-0.01"))


# ------------------------------------------------------------------ drivers


def replaced(before: tuple[str, int], after: tuple[str, int], **values: object):
    """An item replaced on 1 February by one of another price and quantity."""
    return [
        item("i1", before[0], "2025-01-01", "2025-02-01", quantity=before[1]),
        item("i2", after[0], "2025-02-01", quantity=after[1], **values),
    ]


def test_seats_and_price() -> None:
    tables = folder(*replaced(("100", 50), ("120", 80)))
    marts = compute(tables, date(2025, 2, 28))
    assert drivers(marts) == {"seats": "3300.00", "price": "1300.00"}
    assert marts["arr_account_months"][1]["expansion_arr"] == Decimal(4600)


def test_the_cent_left_by_rounding_goes_to_price() -> None:
    tables = folder(*replaced(("10", 3), ("10.01", 4)))
    # (10 + 10.01) / 2 x 1 = 10.005, away from zero.
    assert drivers(compute(tables, date(2025, 2, 28))) == {
        "seats": "10.01",
        "price": "0.03",
    }


def test_a_contracted_step_is_no_expansion_of_a_play() -> None:
    step = replaced(("100", 50), ("100", 80), is_contracted_step=True)
    marts = compute(folder(*step), date(2025, 2, 28))
    assert drivers(marts) == {"contracted_step": "3000.00"}


def test_a_discount_that_ends_is_not_a_price() -> None:
    tables = folder(
        *replaced(("100", 10), ("100", 20)),
        discounts=[discount(percent_off=10, valid_to="2025-02-15")],
    )
    # 900 -> 2,000: 10 per unit off ends for 15 units; 95 x 10 seats.
    assert drivers(compute(tables, date(2025, 2, 28))) == {
        "discount": "150.00",
        "seats": "950.00",
    }


def test_a_step_into_an_existing_discount_is_all_step() -> None:
    step = replaced(("100", 10), ("100", 20), is_contracted_step=True)
    started = discount(percent_off=10, valid_from="2025-02-01")
    # 1,000 -> 1,800 on the day of the step: nothing remains for the other drivers.
    marts = compute(folder(*step, discounts=[started]), date(2025, 2, 28))
    assert drivers(marts) == {"contracted_step": "800.00"}


def test_cross_sell_and_drop() -> None:
    tables = folder(
        item("i1", "100", "2025-01-01"),
        item("i2", "70", "2025-02-01", "2025-03-01", product_id="p3"),
    )
    rows = compute(tables, date(2025, 3, 31), {"renewal_grace_days": 0})
    assert drivers(rows) == {"cross_sell": "70.00", "product_drop": "-70.00"}


@pytest.mark.parametrize(
    ("ranks", "driver"),
    [((1, 2), "tier_upgrade"), ((2, 1), "tier_downgrade"), ((1, 1), "tier_downgrade")],
)
def test_a_pair_of_a_family_nets(ranks: tuple[int, int], driver: str) -> None:
    tables = folder(
        item("i1", "100", "2025-01-01", "2025-02-01"),
        item("i2", "80", "2025-02-01", product_id="p2"),
        products=[product("p1", "suite", ranks[0]), product("p2", "suite", ranks[1])],
    )
    (only,) = compute(tables, date(2025, 2, 28), {"renewal_grace_days": 0})[
        "expansion_drivers"
    ]
    assert (only["driver"], only["arr_delta"]) == (driver, Decimal(-20))
    assert (only["product_id"], only["previous_product_id"]) == ("p2", "p1")
    assert (only["opening_arr"], only["closing_arr"]) == (100, 80)


def test_an_adjustment_has_no_seats() -> None:
    tables = folder(
        arr_adjustments=[
            adjustment("100", "2025-01-01", "", "cfo"),
            adjustment("20", "2025-02-01", "", "cfo"),
        ]
    )
    assert drivers(compute(tables, date(2025, 2, 28))) == {"price": "20.00"}


# ------------------------------------------------------------------ retention


def test_net_gross_logo_and_flow() -> None:
    accounts = [
        row("crm__accounts", account_id=name, segment=segment)
        for name, segment in (("a1", "smb"), ("a2", "smb"), ("a3", "big"))
    ]
    subscriptions = [subscription(f"s{n}", account_id=f"a{n}") for n in (1, 2, 3)]
    tables = folder(
        item("i1", "100", "2024-06-01", "2024-12-01"),
        item("i2", "150", "2024-12-01"),
        item("i3", "60", "2024-06-01", "2024-12-01", subscription_id="s2"),
        item("i4", "500", "2024-09-01", "2025-01-01", subscription_id="s3"),
        item("i5", "700", "2025-01-01", subscription_id="s3"),
        accounts=accounts,
        subscriptions=subscriptions,
    )
    marts = compute(tables, AS_OF)
    june = date(2025, 6, 1)
    net = metric(marts, "net_revenue_retention_12m", june)
    assert (net["numerator"], net["denominator"]) == (150, 160)
    assert (net["value"], net["n_accounts"]) == (Decimal("0.937500"), 2)
    assert net["top_account_share"] == Decimal("0.625000")
    gross = metric(marts, "gross_revenue_retention_12m", june)
    assert (gross["numerator"], gross["value"]) == (100, Decimal("0.625000"))
    logo = metric(marts, "logo_retention_12m", june)
    assert (logo["numerator"], logo["denominator"]) == (1, 2)
    flow = metric(marts, "nrr_flow_12m", june)
    assert (flow["numerator"], flow["denominator"]) == (160 + 50 - 60 + 200, 160)
    big = metric(marts, "net_revenue_retention_12m", june, "big")
    assert (big["numerator"], big["denominator"], big["value"]) == (0, 0, None)
    assert big["top_account_share"] is None


def test_family_retention_keeps_what_the_cohort_bought_elsewhere() -> None:
    tables = folder(
        item("i1", "100", "2024-06-01"),
        item("i2", "40", "2025-01-01", product_id="p3"),
    )
    addons = metric(
        compute(tables, AS_OF), "net_revenue_retention_12m", date(2025, 6, 1), "addons"
    )
    assert (addons["numerator"], addons["denominator"]) == (40, 0)
    assert (addons["value"], addons["n_accounts"]) == (None, 0)


def test_family_bridge_keeps_the_accounts_label() -> None:
    tables = folder(
        item("i1", "100", "2025-01-01", "2025-03-01"),
        item("i2", "40", "2025-02-01", "2025-03-01", product_id="p3"),
    )
    marts = compute(tables, date(2025, 3, 31), {"renewal_grace_days": 0})
    addons = [x for x in marts["arr_bridge_months"] if x["scope_value"] == "addons"]
    assert [(x["expansion_arr"], x["churn_arr"]) for x in addons] == [(40, 0), (0, -40)]


# ------------------------------------------------------------------ carr


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([item("i1", "100", "2025-01-01")], 100),
        ([item("i1", "100", "2025-01-01", "2026-06-30")], 0),
        ([item("i1", "100", "2025-01-01", "2026-07-01")], 100),
        ([item("i1", "100", "2025-01-01"), item("i2", "5", "2026-01-01")], 105),
        ([item("i1", "100", "2025-01-01", "2025-06-15")], 100),
        (
            [
                item("i1", "100", "2025-01-01", "2025-06-15"),
                item("i2", "70", "2025-09-01"),
            ],
            70,
        ),
    ],
)
def test_carr(items: list[dict[str, str]], expected: int) -> None:
    assert compute(folder(*items), AS_OF)["accounts"][0]["carr"] == expected


@pytest.mark.parametrize(
    ("since", "expected"), [("2025-06-01", 100), ("2025-01-01", 0)]
)
def test_past_due_in_grace_is_not_lost(since: str, expected: int) -> None:
    statuses = [status("active", "2024-01-01", since), status("past_due", since)]
    tables = folder(item("i1", "100", "2024-06-01"), subscription_statuses=statuses)
    assert compute(tables, AS_OF)["accounts"][0]["carr"] == expected


def test_carr_is_of_the_last_month_only() -> None:
    marts = compute(folder(item("i1", "100", "2025-05-01")), AS_OF)
    assert [one["carr"] for one in marts["arr_account_months"]] == [None, Decimal(100)]
    assert year_after(date(2024, 2, 29)) == date(2025, 2, 28)


# ------------------------------------------------------------------ laws


def sums(rows: Iterable[dict[str, Any]], key: tuple[str, ...], column: str):
    """Key -> sum of a column."""
    totals: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for one in rows:
        totals[tuple(one[name] for name in key)] += one[column]
    return dict(totals)


def marts_of(raw: RawFolder) -> Marts:
    """The marts of a drawn folder."""
    return compute(raw.tables, raw.as_of, raw.policy)


@law
@given(raw_folders())
def test_opening_and_movements_are_closing(raw: RawFolder) -> None:
    marts = marts_of(raw)
    for one in marts["arr_account_months"] + marts["arr_bridge_months"]:
        assert sum(one[name] for name in AMOUNTS) == one["closing_arr"]
    for one in marts["arr_account_months"]:
        moved = {name for name in MOVEMENTS if one[f"{name}_arr"] != 0}
        # A rate that rounds the last cent to 0 is a churn of nothing: fx has it all.
        assert moved <= {one["movement"]}


@law
@given(raw_folders())
def test_opening_is_last_closing(raw: RawFolder) -> None:
    marts = marts_of(raw)
    keys = {
        "arr_account_months": ("account_id",),
        "arr_bridge_months": ("scope_type", "scope_value"),
    }
    for mart, key in keys.items():
        closing = sums(marts[mart], (*key, "month_start"), "closing_arr")
        for one in marts[mart]:
            last = months_before(one["month_start"], 1).replace(day=1)
            before = closing.get((*(one[name] for name in key), last), 0)
            assert one["opening_arr"] == before


@law
@given(raw_folders())
def test_drivers_sum_to_the_accounts_change(raw: RawFolder) -> None:
    marts = marts_of(raw)
    key = ("account_id", "month_start")
    explained = sums(marts["expansion_drivers"], key, "arr_delta")
    for one in marts["arr_account_months"]:
        total = explained.pop(tuple(one[name] for name in key), Decimal(0))
        stayed = one["opening_arr"] > 0 and one["closing_arr"] > 0
        change = one["closing_arr"] - one["opening_arr"] - one["fx_arr"]
        assert total == (change if stayed else 0)
    assert explained == {}


@law
@given(raw_folders())
def test_products_add_up_to_accounts(raw: RawFolder) -> None:
    marts = marts_of(raw)
    key = ("account_id", "month_start")
    products = sums(marts["arr_product_months"], key, "closing_arr")
    accounts = sums(marts["arr_account_months"], key, "closing_arr")
    for place in products.keys() | accounts.keys():
        assert products.get(place, 0) == accounts.get(place, 0)


@law
@given(raw_folders())
def test_scope_parts_add_up(raw: RawFolder) -> None:
    rows = marts_of(raw)["arr_bridge_months"]
    for one in rows:
        one["resized_arr"] = one["expansion_arr"] + one["contraction_arr"]
    for column in (*ADDITIVE, "resized_arr", "closing_arr"):
        totals = sums(rows, ("scope_type", "month_start"), column)
        for (scope_type, month), total in totals.items():
            assert total == totals["company", month], (scope_type, column)
    for column in ("expansion_arr", "n_accounts", "n_new_accounts", "n_churn_accounts"):
        totals = sums(rows, ("scope_type", "month_start"), column)
        for (scope_type, month), total in totals.items():
            if scope_type != "product_family":
                assert total == totals["company", month], (scope_type, column)


@law
@given(raw_folders())
def test_retention_parts_add_up(raw: RawFolder) -> None:
    marts = marts_of(raw)
    # What an adjustment puts below zero in a family was in no cohort of that family.
    assume(all(one["closing_arr"] >= 0 for one in marts["arr_product_months"]))
    rows = marts["retention_months"]
    net = [one for one in rows if one["metric_id"].startswith("net_revenue")]
    gross = [
        one
        for one in rows
        if one["metric_id"].startswith(("gross", "logo"))
        and one["scope_type"] != "product_family"
    ]
    for column in ("numerator", "denominator"):
        for part in (net, gross):
            key = ("scope_type", "month_start", "metric_id")
            totals = sums(part, key, column)
            for (_, month, name), total in totals.items():
                assert total == totals["company", month, name]


@law
@given(raw_folders())
def test_no_grace_holds_nothing(raw: RawFolder) -> None:
    marts = compute(raw.tables, raw.as_of, raw.policy | {"renewal_grace_days": 0})
    assert not any(one["is_in_grace"] for one in marts["arr_account_months"])


@law
@given(raw_folders())
def test_a_folder_reads_back_as_it_was_written(raw: RawFolder) -> None:
    with tempfile.TemporaryDirectory() as path:
        write_folder(raw.tables, Path(path))
        assert compute_folder(Path(path), raw.as_of, raw.policy) == marts_of(raw)
