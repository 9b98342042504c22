"""The hard cases: accounts ACC-0001 and on, each with contracts written by hand.

The list in README.md says what each account is there for.
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from .book import Book, Item, Subscription
from .dates import day
from .people import Account, new_account

YEAR = ("year", 1)
MONTH = ("month", 1)
Make = Callable[..., Account]


def item_since(
    book: Book,
    account: Account,
    start: str,
    product: str,
    quantity: int,
    price: str,
    interval: tuple[str, int] = MONTH,
    term: str | None = None,
    **more: object,
) -> Item:
    """A new subscription with one recurring item."""
    subscription = book.open(
        account.account_id,
        account.currency,
        day(start),
        day(term) if term else None,
        **more,
    )
    return book.add(subscription, product, quantity, price, interval)


def ends(book: Book, item: Item, on: str, asked_on: str | None = None) -> None:
    book.end(of(book, item), day(on), day(asked_on) if asked_on else None)


def of(book: Book, item: Item) -> Subscription:
    return book.subscriptions[item.subscription_id]


def gaps(book: Book, make: Make) -> None:
    """A contract that runs out and one that follows some days later."""
    for left_on, back_on in (
        ("2025-03-10", "2025-03-30"),
        ("2025-03-10", "2025-04-24"),
        ("2025-05-12", "2025-06-11"),
        ("2025-05-12", "2025-06-12"),
    ):
        account = make("mid_market", "US")
        first = item_since(
            book, account, f"2024{left_on[4:]}", "PRD-BUSINESS", 16, "640", YEAR
        )
        ends(book, first, left_on)
        item_since(book, account, back_on, "PRD-BUSINESS", 16, "640", YEAR)
    for left_on in ("2026-06-12", "2026-05-31"):
        account = make("small_business", "US")
        first = item_since(book, account, "2024-06-12", "PRD-TEAM", 6, "42")
        ends(book, first, left_on)


def statuses(book: Book, make: Make) -> None:
    """Paused, past due, overlapping and trial rows."""
    for start, stop in (("2025-02-10", "2025-05-05"), ("2025-02-20", "2025-03-13")):
        item = item_since(
            book, make("mid_market", "US"), "2024-02-01", "PRD-BUSINESS", 14, "58"
        )
        book.status(
            of(book, item),
            ("active", day("2024-02-01"), day(start)),
            ("paused", day(start), day(stop)),
            ("active", day(stop), None),
        )
    for since, paid in (
        ("2025-07-03", "2025-10-05"),
        ("2025-07-01", "2025-10-06"),
        ("2025-07-01", None),
    ):
        item = item_since(
            book, make("mid_market", "US"), "2024-04-01", "PRD-BUSINESS", 12, "58"
        )
        spans = [
            ("active", day("2024-04-01"), day(since)),
            ("past_due", day(since), day(paid or "2025-12-01")),
            ("active" if paid else "cancelled", day(paid or "2025-12-01"), None),
        ]
        book.status(of(book, item), *spans)
        if not paid:
            ends(book, item, "2025-12-01", "2025-11-20")
    item = item_since(
        book, make("mid_market", "GB"), "2024-03-15", "PRD-BUSINESS", 15, "48"
    )
    book.status(
        of(book, item),
        ("active", day("2024-03-15"), None),
        ("past_due", day("2025-01-20"), day("2025-02-10")),
        ("paused", day("2025-08-25"), day("2025-09-05")),
    )
    trial = {"trial_ends_on": day("2025-02-14")}
    item = item_since(
        book, make("small_business", "US"), "2025-01-15", "PRD-TEAM", 5, "42", **trial
    )
    book.status(
        of(book, item),
        ("trialing", day("2025-01-15"), day("2025-02-14")),
        ("active", day("2025-02-14"), None),
    )
    item = item_since(
        book, make("small_business", "US"), "2025-01-15", "PRD-TEAM", 4, "42", **trial
    )
    ends(book, item, "2025-02-14", "2025-02-11")


def discounts(book: Book, make: Make) -> None:
    """Forever, repeating, once and ended; percent and amount; one and two at once."""

    def customer(start: str = "2024-05-01") -> Item:
        account = make("mid_market", "US")
        return item_since(book, account, start, "PRD-TEAM", 10, "15")

    forever = customer()
    book.discount(of(book, forever), "forever", forever.valid_from, percent=20)
    repeating = customer()
    book.discount(
        of(book, repeating), "repeating", day("2024-05-01"), day("2024-11-01"), 25
    )
    once = customer()
    book.discount(
        of(book, once), "once", day("2024-05-01"), day("2024-06-01"), amount="60"
    )
    amount = customer()
    book.discount(
        of(book, amount), "forever", amount.valid_from, amount="50", item=amount
    )
    ended = customer()
    book.discount(
        of(book, ended), "forever", ended.valid_from, day("2025-05-01"), percent=30
    )
    both = customer()
    book.discount(of(book, both), "forever", both.valid_from, percent=10)
    book.discount(of(book, both), "forever", day("2025-02-01"), percent="12.5")
    book.discount(of(book, both), "forever", both.valid_from, amount="7.35", item=both)


def contracted(book: Book, make: Make) -> None:
    """Growth that was signed on the first day."""
    account = make("enterprise", "US")
    first = item_since(
        book, account, "2024-09-01", "PRD-ENTERPRISE", 40, "860", YEAR, "2027-09-01"
    )
    second = book.change(first, day("2025-09-01"), "amendment", 60, step=True)
    book.change(second, day("2026-09-01"), "amendment", 80, step=True)
    account = make("enterprise", "GB")
    first = item_since(
        book, account, "2023-11-01", "PRD-BUSINESS", 50, "470", YEAR, "2026-11-01"
    )
    second = book.change(
        first, day("2024-11-01"), "step_up", None, Decimal(500), step=True
    )
    third = book.change(
        second, day("2025-04-15"), "amendment", 55
    )  # seats of their own accord, between two steps
    book.change(third, day("2025-11-01"), "step_up", None, Decimal(530), step=True)


def products(book: Book, make: Make) -> None:
    """Products that come, go, and follow one another."""
    account = make("mid_market", "US")  # drops one of two
    item = item_since(
        book, account, "2024-01-20", "PRD-BUSINESS", 18, "600", YEAR, "2027-01-20"
    )
    book.add(of(book, item), "PRD-ANALYTICS", 6, "280", YEAR, None, day("2025-01-20"))
    account = make("mid_market", "DE")  # cross-sell, then dropped again
    item = item_since(book, account, "2024-02-01", "PRD-TEAM", 20, "39")
    book.add(
        of(book, item), "PRD-AUTOMATION", 1, "300", MONTH,
        day("2024-10-01"), day("2025-06-01"), "amendment",
    )  # fmt: skip
    account = make("mid_market", "US")  # tier up, tier down
    item = item_since(book, account, "2024-03-01", "PRD-TEAM", 15, "42")
    item = book.change(
        item, day("2025-01-01"), "amendment", None, Decimal(58), "PRD-BUSINESS"
    )
    book.change(item, day("2025-11-01"), "amendment", None, Decimal(42), "PRD-TEAM")
    for left_on in ("2024-09-01", None):  # migrated product, with and without a change
        account = make("mid_market", "US")
        item = item_since(book, account, "2023-09-01", "PRD-INSIGHTS", 8, "26")
        if left_on:
            book.change(
                item, day(left_on), "amendment", None, Decimal(26), "PRD-ANALYTICS"
            )
    account = make("mid_market", "US")  # seats and price in one month
    item = item_since(book, account, "2024-06-01", "PRD-BUSINESS", 50, "100", YEAR)
    book.change(item, day("2025-06-01"), "renewal", 80, Decimal(120))


def charges(book: Book, make: Make) -> None:
    """Usage, free, one-time, weekly, daily, quarterly and three-year prices."""
    account = make("mid_market", "US")
    item = item_since(book, account, "2024-01-01", "PRD-CONNECT", 2, "120")
    book.add(of(book, item), "PRD-CONNECT", 1, "0.0021", MONTH, charge_type="usage")
    item_since(book, make("small_business", "US"), "2024-07-01", "PRD-TEAM", 5, "0")
    account = make("small_business", "US")  # pays, then only the free item is left
    item = item_since(book, account, "2024-07-01", "PRD-TEAM", 5, "42")
    book.change(item, day("2025-07-01"), "amendment", 2, Decimal(0))
    account = make("small_business", "GB")  # services only
    item = item_since(book, account, "2024-08-05", "PRD-TEAM", 1, "0")
    item.charge_type, item.unit_price = "one_time", Decimal(2400)
    item.valid_to = day("2024-09-05")
    prices = [
        ("week", 1, "PRD-TEAM", 4, "9.75", "small_business"),
        ("week", 2, "PRD-TEAM", 3, "19.50", "small_business"),
        ("day", 1, "PRD-TEAM", 3, "1.4", "small_business"),
        ("month", 3, "PRD-BUSINESS", 20, "171", "mid_market"),
        ("year", 3, "PRD-ENTERPRISE", 45, "2430", "enterprise"),
    ]
    for unit, count, product, quantity, price, segment in prices:
        account = make(segment, "US")
        item_since(book, account, "2024-02-05", product, quantity, price, (unit, count))


def dates(book: Book, make: Make) -> None:
    """Ends in the future, short lives, leap days, open ends, signed starts."""
    account = make("mid_market", "US")  # cancelled for October
    item = item_since(book, account, "2024-10-01", "PRD-BUSINESS", 13, "630", YEAR)
    ends(book, item, "2026-10-01", "2026-05-20")
    account = make("small_business", "US")  # starts and ends in one month
    item = item_since(book, account, "2025-05-06", "PRD-TEAM", 4, "42")
    ends(book, item, "2025-05-24")
    account = make("mid_market", "US")  # begins and renews on a leap day's date
    item_since(
        book, account, "2024-02-29", "PRD-BUSINESS", 12, "620", YEAR, "2027-02-28"
    )
    account = make("small_business", "US")  # ends on a leap day: not there that day
    item = item_since(book, account, "2023-03-01", "PRD-TEAM", 6, "40")
    ends(book, item, "2024-02-29")
    item_since(book, make("small_business", "DE"), "2023-02-14", "PRD-TEAM", 7, "39")
    account = make("enterprise", "US")  # signed start of one more product
    item = item_since(
        book, account, "2024-08-01", "PRD-ENTERPRISE", 44, "850", YEAR, "2026-08-01"
    )
    book.add(
        of(book, item), "PRD-ANALYTICS", 14, "300", YEAR, day("2026-08-01"), None,
        "amendment",
    )  # fmt: skip
    account = make("mid_market", "GB")  # a first contract, signed, not begun
    item_since(book, account, "2026-07-15", "PRD-BUSINESS", 17, "520", YEAR)


def shapes(book: Book, make: Make) -> None:
    """Balances that rise, fall, stop and come back."""
    account = make("mid_market", "US")  # gone for eight months
    item = item_since(book, account, "2023-06-01", "PRD-BUSINESS", 14, "58")
    ends(book, item, "2024-12-01", "2024-10-15")
    item_since(book, account, "2025-08-01", "PRD-BUSINESS", 11, "60")
    account = make("small_business", "US")  # 100, 0, 0, 80
    item = item_since(book, account, "2025-01-02", "PRD-TEAM", 10, "42")
    ends(book, item, "2025-02-02")
    item_since(book, account, "2025-04-02", "PRD-TEAM", 8, "42")
    account = make("mid_market", "US")  # grows, then shrinks below where it began
    item = item_since(book, account, "2024-04-01", "PRD-BUSINESS", 20, "58")
    item = book.change(item, day("2024-09-10"), "amendment", 35)
    book.change(item, day("2025-02-10"), "amendment", 15)
    account = make("mid_market", "FR")  # two subscriptions of one product, one of two
    item_since(book, account, "2024-05-01", "PRD-TEAM", 9, "39")
    item = item_since(book, account, "2024-11-01", "PRD-TEAM", 6, "40")
    ends(book, item, "2025-10-20", "2025-09-30")
    account = make("mid_market", "DE")  # nothing happens but the plan rate
    item_since(book, account, "2023-10-01", "PRD-BUSINESS", 18, "54.5")
    account = make("mid_market", "GB")  # bills in GBP, then in USD
    item = item_since(book, account, "2024-01-15", "PRD-BUSINESS", 15, "47")
    ends(book, item, "2025-03-15", "2025-02-01")
    subscription = book.open(account.account_id, "USD", day("2025-03-15"))
    book.add(subscription, "PRD-BUSINESS", 15, "60")


def adjusted(book: Book, make: Make) -> None:
    """Accounts with adjustments from finance; see ADJUSTMENTS."""
    for _ in range(2):
        account = make("mid_market", "US")
        item_since(book, account, "2024-03-01", "PRD-BUSINESS", 16, "58")


def hierarchies(book: Book, make: Make) -> None:
    """Merges, a parent and child, three levels, a holding without contracts."""
    payer = make("mid_market", "US")
    item = item_since(book, payer, "2023-08-01", "PRD-BUSINESS", 15, "600", YEAR)
    ends(book, item, "2025-08-01", "2025-07-10")
    heir = make("mid_market", "US")
    item = item_since(
        book, heir, "2023-12-01", "PRD-BUSINESS", 20, "610", YEAR, "2026-12-01"
    )
    book.change(item, day("2025-08-01"), "amendment", 35)
    payer.merged_into_account_id = heir.account_id
    gone, child, parent = (make("enterprise", "DE") for _ in range(3))
    item_since(book, gone, "2023-05-10", "PRD-TEAM", 38, "36")
    item_since(book, child, "2024-01-10", "PRD-BUSINESS", 40, "51")
    item_since(book, parent, "2023-07-10", "PRD-ENTERPRISE", 70, "68")
    gone.merged_into_account_id = child.account_id
    child.parent_account_id = parent.account_id
    holding, middle, leaf = (make("enterprise", "US") for _ in range(3))
    item_since(book, middle, "2023-09-01", "PRD-ENTERPRISE", 46, "820", YEAR)
    item = item_since(book, leaf, "2024-06-01", "PRD-BUSINESS", 36, "590", YEAR)
    ends(book, item, "2026-03-01", "2025-12-05")
    middle.parent_account_id = holding.account_id
    leaf.parent_account_id = middle.account_id


ADJUSTMENTS = [
    # how many accounts before the last of `adjusted`, product, from, to, ARR, approved
    (1, "PRD-BUSINESS", "2024-06-01", "2025-06-01", "2400.00", "R. Cotterane"),
    (1, "PRD-ANALYTICS", "2025-01-01", None, "5000.00", None),
    (0, "PRD-BUSINESS", "2025-02-01", None, "-1200.00", "R. Cotterane"),
]


def adjustments(accounts: list[Account]) -> list[dict]:
    """Approved and not approved, up and down; reasons as finance writes them."""
    return [
        {
            "adjustment_id": f"ADJ-{n:03d}",
            "account_id": accounts[-1 - back].account_id,
            "product_id": product,
            "valid_from": day(start),
            "valid_to": day(end) if end else None,
            "arr_amount": Decimal(amount),
            "currency": "USD",
            "reason": "order form not yet in billing" if n < 3 else "credit agreed",
            "approved_by": approved,
        }
        for n, (back, product, start, end, amount, approved) in enumerate(
            ADJUSTMENTS, 1
        )
    ]


def hard_cases(
    book: Book, names: dict[str, list[str]], rng: np.random.Generator
) -> tuple[list[Account], list[dict]]:
    """Every case in turn; the account numbers follow the order of the functions."""
    accounts: list[Account] = []

    def make(segment: str, country: str) -> Account:
        account = new_account(
            len(accounts) + 1, segment, date(2022, 11, 1), names, rng, country
        )
        account.is_case = True
        accounts.append(account)
        return account

    for case in (gaps, statuses, discounts, contracted, products, charges, dates):
        case(book, make)
    shapes(book, make)
    adjusted(book, make)
    moved = adjustments(accounts)
    hierarchies(book, make)
    for account in accounts:
        starts = [
            subscription.started_on
            for subscription in book.subscriptions.values()
            if subscription.account_id == account.account_id
        ]
        if starts:
            account.created_on = min(starts) - timedelta(days=75)
    return accounts, moved
