"""Companies at the bounds of the contract go through the whole graph."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.door import open_door
from orchestration.raw_tables import DoorError, contract
from tests.python.compiled_build import (
    Node,
    assert_data_tests_pass,
    build,
    read_mart,
    run_settings,
)
from tests.python.test_door import write

AS_OF = date(2025, 6, 30)
FIRST, LAST = "1900-01-01", "9999-12-31"
MOST, WIDE = "999999999999.99", "999999999999999.99"
# Below 10^12 a year, paid by the day, the week, the month or the year.
YEARLY = {
    "day": "2739726000",
    "week": "19230769000",
    "month": "83333333333.33",
    "year": "999999999999.99",
}
Rows = list[dict[str, str]]
Tables = dict[str, Rows]


def item(number: int, subscription: str, **values: str) -> dict[str, str]:
    """An item of a subscription, at the bound for a month's price."""
    return {
        "item_id": f"I{number}",
        "subscription_id": subscription,
        "product_id": f"P{number % 3}",
        "charge_type": "recurring",
        "billing_interval": "month",
        "interval_count": "1",
        "quantity": "1",
        "unit_price": YEARLY["month"],
        "valid_from": "2023-01-01",
    } | values


def base(n_accounts: int, currency: str = "USD") -> Tables:
    """Accounts with a contract each, products, users; nothing sold yet."""
    return {
        "billing__products": [
            {
                "product_id": f"P{number}",
                "product_family": "suite" if number else "",
                "tier_rank": rank,
                "unit_of_measure": "byte",
            }
            for number, rank in enumerate(["-1000000", "1000000", ""])
        ],
        "crm__accounts": [
            {
                "account_id": f"A{number}",
                "segment": f"s{number % 2}",
                "csm_user_id": "U1",
                "created_on": FIRST,
            }
            for number in range(n_accounts)
        ],
        "billing__subscriptions": [
            {
                "subscription_id": f"S{number}",
                "account_id": f"A{number}",
                "currency": currency,
                "started_on": FIRST,
                "term_ends_on": LAST,
            }
            for number in range(n_accounts)
        ],
        "billing__subscription_items": [],
    }


def large(currency: str = "USD") -> Tables:
    """Every amount, quantity and count at its bound, many of each, in every table."""
    tables = base(12, currency)
    items: Rows = []
    for number in range(12):
        interval = list(YEARLY)[number % 4]
        kind = {"billing_interval": interval, "unit_price": YEARLY[interval]}
        start = ("2023-01-01", "2024-02-29", "2025-05-31")[number % 3]
        items += [
            item(10 * number, f"S{number}", **kind, valid_from=start),
            # From a cent to the bound, and from a billion units to a dear few.
            item(
                10 * number + 1,
                f"S{number}",
                unit_price="0.000834",
                valid_from="2024-01-01",
                valid_to="2025-03-01",
            ),
            item(10 * number + 2, f"S{number}", valid_from="2025-03-01"),
            item(
                10 * number + 3,
                f"S{number}",
                quantity="1000000000",
                unit_price="83.333333",
                valid_to="2025-04-01",
            ),
            item(
                10 * number + 4,
                f"S{number}",
                quantity="999999999999",
                unit_price="0.000001",
                valid_from="2025-04-01",
                valid_to=LAST,
            ),
            # More units of one product than a value holds.
            item(
                10 * number + 7,
                f"S{number}",
                quantity="999999999999",
                unit_price="0.000001",
                valid_from="2025-02-01",
            ),
            item(10 * number + 5, f"S{number}", unit_price=f"-{YEARLY['month']}"),
            item(
                10 * number + 6,
                f"S{number}",
                charge_type="usage",
                interval_count="3660",
            ),
        ]
    tables["billing__subscription_items"] = items
    tables["billing__discounts"] = [
        {
            "discount_id": f"D{number}",
            "subscription_id": f"S{number}",
            "item_id": f"I{10 * number}",
            "percent_off": "99.999999",
            "amount_off": MOST,
            "duration": "forever",
            "valid_from": "2024-06-01",
            "valid_to": "2025-01-01",
        }
        for number in range(4)
    ]
    tables["billing__invoice_lines"] = [
        {
            "line_id": f"L{number}.{month}.{sign}",
            "account_id": f"A{number}",
            "subscription_id": f"S{number}",
            "item_id": f"I{10 * number + 6 * (month % 2)}",
            "product_id": "P1",
            "line_type": "credit" if sign else "charge",
            "currency": currency,
            "amount": sign + MOST,
            "tax_amount": sign + MOST,
            "service_from": f"2025-0{month}-01",
            "service_to": f"2025-0{month + 1}-01" if month % 2 else LAST,
            "issued_on": f"2025-0{month}-01",
        }
        for number in range(12)
        for month in range(1, 7)
        for sign in ("", "-")
    ]
    tables |= motion(currency) | usage() | finance(currency)
    return tables


def motion(currency: str) -> Tables:
    """What people do, at the bounds."""
    return {
        "crm__users": [
            {
                "user_id": "U1",
                "role": "csm",
                "is_active": "true",
                "started_on": FIRST,
                "ended_on": LAST,
                "weekly_capacity": "1000000",
            }
        ],
        "crm__account_headcounts": [
            {"account_id": "A1", "observed_on": day, "employee_count": count}
            for day, count in ((FIRST, "0"), ("2025-01-01", "1000000000"))
        ],
        "crm__opportunities": [
            {
                "opportunity_id": f"O{number}",
                "account_id": f"A{number}",
                "owner_user_id": "U1",
                "opportunity_type": kind,
                "product_id": "P1",
                "play": "PLAY-01",
                "amount_arr": MOST,
                "currency": currency,
                "created_on": "2025-01-01",
                "close_on": "2025-03-01",
                "is_closed": "true",
                "is_won": str(number % 2 == 0).lower(),
            }
            for number in range(12)
            for kind in [("expansion", "renewal", "new")[number % 3]]
        ],
        "crm__account_plans": [
            {
                "plan_id": f"N{number}",
                "account_id": f"A{number}",
                "owner_user_id": "U1",
                "status": "active",
                "target_product_id": "P1",
                "target_expansion_arr": MOST,
                "starts_on": FIRST,
                "ends_on": LAST,
            }
            for number in range(3)
        ],
        "crm__compensation_plans": [
            {
                "role": role,
                "valid_from": FIRST,
                "valid_to": LAST,
                "base_pay": MOST,
                "variable_pay": MOST,
                "currency": currency,
                "weight_expansion": "1",
                "weight_nrr": "0",
                "weight_new_logo": "0",
                "weight_other": "0",
            }
            for role in ("csm", "account_manager", "sales")
        ],
        "support__surveys": [
            {
                "response_id": f"R{number}",
                "account_id": f"A{number}",
                "survey_type": "nps",
                "score": "10",
                "responded_on": "2025-06-01",
            }
            for number in range(3)
        ],
    }


def usage() -> Tables:
    """Usage of a billion billions, on days far off too."""
    days = [FIRST, "2025-06-30", LAST, *(f"2025-06-{day:02}" for day in range(1, 29))]
    return {
        "product__features": [
            {
                "feature_key": f"F{number}",
                "product_id": f"P{number}",
                "is_core": "true",
                "is_premium": "true",
            }
            for number in range(3)
        ],
        "product__entitlements": [
            {
                "account_id": f"A{number}",
                "product_id": f"P{number % 3}",
                "meter": meter,
                "limit_quantity": limit,
                "valid_from": FIRST,
                "valid_to": LAST,
            }
            for number in range(6)
            for meter in ("seats", f"F{number % 3}")
            for limit in [("0.000001", WIDE)[number % 2]]
        ],
        "product__usage_daily": [
            {
                "account_id": f"A{number}",
                "user_id": f"U{user}",
                "feature_key": f"F{number % 3}",
                "usage_date": day,
                "event_count": "999999999999",
                "quantity": WIDE,
            }
            for number in range(6)
            for user in range(4)
            for day in days
        ],
    }


def finance(currency: str) -> Tables:
    """What finance books and reports, at the bounds."""
    months = [FIRST, *(f"2025-{month:02}-01" for month in range(1, 7)), "9999-12-01"]
    return {
        "finance__gtm_costs": [
            {
                "month_start": month,
                "function": function,
                "motion": "expansion",
                "amount": "10000000000000",
                "currency": currency,
            }
            for month in months
            for function in ("sales", "customer_success")
        ],
        "finance__gl_revenue": [
            {
                "month_start": month,
                "gl_class": kind,
                "amount": sign + "10000000000000",
                "currency": currency,
            }
            for month in months
            for kind, sign in (("recurring", ""), ("usage", "-"))
        ],
        "finance__arr_adjustments": [
            {
                "adjustment_id": f"J{number}",
                "account_id": f"A{number}",
                "product_id": "P1",
                "valid_from": FIRST if number % 2 else "2025-01-01",
                "valid_to": LAST,
                "arr_amount": MOST,
                "currency": currency,
                "approved_by": "U1",
            }
            for number in range(6)
        ],
        "finance__reported_metrics": [
            {"month_start": month, "metric": metric, "value": value}
            for month in months
            for metric, value in (
                ("closing_arr", WIDE),
                ("net_revenue_retention_12m", "-" + WIDE),
            )
        ],
        "finance__period_closes": [
            {"month_start": FIRST, "closed_on": LAST},
            {"month_start": "2025-04-01", "closed_on": "2025-05-06"},
            {"month_start": "9999-11-01", "closed_on": LAST},
        ],
    }


def of_weak_currency() -> Tables:
    """Rupiah: large amounts at a small rate."""
    tables = large("IDR")
    return tables | {"billing__fx_rates": rates("IDR", ["0.0000000001", "0.0000625"])}


def of_strong_currency() -> Tables:
    """The dearest rate there may be, on small amounts."""
    tables = base(3, "XAU")
    tables["billing__subscription_items"] = [
        item(number, f"S{number}", unit_price=price)
        for number, price in enumerate(["0.000834", "1000000", "8333333.33"])
    ]
    return tables | {"billing__fx_rates": rates("XAU", ["1", "10000000"])}


def rates(currency: str, values: list[str]) -> Rows:
    """A plan and a spot rate from 1900 on, and others from 2024 and 2025 on."""
    days = (FIRST, "2024-01-01", "2025-01-01")
    return [
        {
            "currency": currency,
            "rate_type": kind,
            "valid_from": day,
            "rate": values[number % len(values)],
        }
        for kind in ("plan", "spot")
        for number, day in enumerate(days)
    ]


def of_many_lines() -> Tables:
    """As many lines at the bound as their sum allows."""
    tables = base(20)
    tables["billing__subscription_items"] = [
        item(
            number,
            f"S{number % 20}",
            valid_from=f"{2023 + number % 3}-0{1 + number % 6}-15",
        )
        for number in range(1900)
    ]
    return tables


def of_all_dates() -> Tables:
    """Contracts from the first day there is to the last."""
    tables = base(6)
    tables["billing__subscriptions"][0] |= {
        "trial_ends_on": "1900-02-01",
        "cancelled_on": LAST,
        "ends_on": LAST,
    }
    tables["billing__subscriptions"][1] |= {"started_on": LAST}
    tables["billing__subscription_items"] = [
        item(0, "S0", valid_from=FIRST, valid_to="1950-01-01", unit_price="10"),
        item(1, "S0", valid_from="1950-01-01", valid_to=LAST, unit_price="12"),
        item(2, "S1", valid_from=LAST, unit_price="9"),
        item(3, "S2", valid_from="9999-12-30", valid_to=LAST, unit_price="9"),
    ]
    tables["billing__subscription_statuses"] = [
        {"subscription_id": "S0", "status": "past_due", "valid_from": "2025-01-01"}
        | {"valid_to": LAST},
        {"subscription_id": "S0", "status": "active", "valid_from": FIRST}
        | {"valid_to": "2025-01-01"},
    ]
    tables["billing__product_migrations"] = [
        {"old_product_id": "P9", "new_product_id": "P1", "effective_on": day}
        for day in (LAST,)
    ]
    tables["support__tickets"] = [
        {
            "ticket_id": f"T{number}",
            "account_id": "A0",
            "priority": "urgent",
            "opened_on": opened,
            "solved_on": solved,
        }
        for number, (opened, solved) in enumerate([(FIRST, LAST), (LAST, "")])
    ]
    tables["crm__contacts"] = [
        {"contact_id": "C1", "account_id": "A0", "seniority": "executive"}
        | {"is_active": "false", "left_on": day}
        for day in (LAST,)
    ]
    tables["crm__activities"] = [
        {
            "activity_id": f"V{number}",
            "account_id": "A0",
            "contact_id": "C1",
            "activity_type": "meeting",
            "is_two_way": "true",
            "occurred_on": day,
        }
        for number, day in enumerate((FIRST, LAST))
    ]
    tables["crm__play_runs"] = [
        {
            "play_run_id": f"Y{number}",
            "account_id": "A0",
            "play": "PLAY-01",
            "is_holdout": "false",
            "surfaced_on": day,
            "actioned_on": LAST,
            "closed_on": LAST,
        }
        for number, day in enumerate((FIRST, LAST))
    ]
    return tables | {k: v for k, v in usage().items() if "usage" in k}


COMPANIES: dict[str, Callable[[], Tables]] = {
    "large": large,
    "weak currency": of_weak_currency,
    "strong currency": of_strong_currency,
    "many lines": of_many_lines,
    "all dates": of_all_dates,
}


@pytest.mark.parametrize("kind", COMPANIES)
def test_a_company_at_the_bounds_is_built_and_every_check_passes(
    kind: str, tmp_path: Path, nodes: list[Node]
) -> None:
    raw = write(tmp_path / "raw", COMPANIES[kind]())
    conn = build(nodes, run_settings(raw, AS_OF))
    refused = conn.execute("select table_name, reason from quarantine.refused_rows")
    assert refused.fetchall() == []
    assert len(read_mart(conn, "data_quality_summary")) == len(contract())
    assert_data_tests_pass(conn, nodes)


def test_sums_beyond_what_figures_hold_stop_in_one_sentence(tmp_path: Path) -> None:
    tables = base(1)
    tables["billing__subscription_items"] = [
        item(number, "S0") for number in range(2100)
    ]
    raw = write(tmp_path / "raw", tables)
    with pytest.raises(DoorError) as error:
        open_door(duckdb.connect(), run_settings(raw, AS_OF))
    message = str(error.value)
    assert "billing__subscription_items" in message
    assert "2.1e+15" in message
    assert len(message) <= 300
    # In rupiah the same is a small company.
    small = replace(run_settings(raw, AS_OF))
    write(raw, base(1) | {"billing__subscription_items": [item(1, "S0")]})
    open_door(duckdb.connect(), small)
