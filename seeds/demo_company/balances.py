"""What finance reported: ARR at month ends, counted item by item, slowly.

It serves the finance tables (costs, reported metrics) and nothing else.
"""

from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from .book import CENT, Book, Discount, Item, Status
from .catalog import MIGRATIONS, PLAN_RATES, PLAN_YEARS
from .dates import AS_OF, FAR, FOUNDED, month_end, months
from .people import Account

RENEWAL_GRACE = 30
PAST_DUE_GRACE = 90
Balances = dict[tuple[str, date], Decimal]


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def plan_rate(currency: str, on: date) -> Decimal:
    if currency == "USD":
        return Decimal(1)
    return Decimal(PLAN_RATES[currency][on.year - PLAN_YEARS[0]])


def ultimate(accounts: list[Account]) -> dict[str, str]:
    """The account each account is counted under."""
    up = {
        account.account_id: account.merged_into_account_id or account.parent_account_id
        for account in accounts
    }

    def top(account_id: str) -> str:
        return top(up[account_id]) if up[account_id] else account_id

    return {account_id: top(account_id) for account_id in up}


class Counter:
    """Counts the local ARR of an account's product on any date."""

    def __init__(self, book: Book, accounts: list[Account], adjustments: list[dict]):
        self.book = book
        self.top = ultimate(accounts)
        self.items: dict[tuple[str, str], list[Item]] = defaultdict(list)
        self.statuses: dict[str, list[Status]] = defaultdict(list)
        self.discounts: dict[str, list[Discount]] = defaultdict(list)
        self.adjustments = [row for row in adjustments if row["approved_by"]]
        for item in book.items:
            if item.charge_type == "recurring":
                account = book.subscriptions[item.subscription_id].account_id
                self.items[(self.top[account], item.product_id)].append(item)
        for status in sorted(book.statuses, key=lambda row: row.valid_from):
            self.statuses[status.subscription_id].append(status)
        for discount in book.discounts:
            if discount.duration == "forever":
                self.discounts[discount.subscription_id].append(discount)

    def is_served(self, subscription_id: str, on: date) -> bool:
        subscription = self.book.subscriptions[subscription_id]
        if not subscription.started_on <= on < (subscription.ends_on or FAR):
            return False
        if subscription.trial_ends_on and on < subscription.trial_ends_on:
            return False
        spans = self.statuses.get(subscription_id)
        if not spans:
            return True
        current = [s for s in spans if s.valid_from <= on < (s.valid_to or FAR)]
        if not current or current[-1].status not in ("active", "past_due"):
            return False
        overdue = (on - current[-1].valid_from).days
        return current[-1].status == "active" or overdue <= PAST_DUE_GRACE

    def item_arr(self, item: Item, on: date) -> Decimal:
        if not item.valid_from <= on < (item.valid_to or FAR):
            return Decimal(0)
        if not self.is_served(item.subscription_id, on):
            return Decimal(0)
        arr = item.list_arr
        mine = [
            d
            for d in self.discounts[item.subscription_id]
            if d.item_id in (None, item.item_id)
            and d.valid_from <= on < (d.valid_to or FAR)
        ]
        for discount in mine:
            arr *= 1 - (discount.percent_off or Decimal(0)) / 100
        for discount in mine:
            arr -= (discount.amount_off or Decimal(0)) * item.periods
        return cents(max(arr, Decimal(0)))

    def local(self, key: tuple[str, str], on: date) -> dict[str, Decimal]:
        """ARR by currency of one account's product."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for item in self.items.get(key, []):
            currency = self.book.subscriptions[item.subscription_id].currency
            sums[currency] += self.item_arr(item, on)
        for row in self.adjustments:
            is_mine = (self.top[row["account_id"]], row["product_id"]) == key
            if is_mine and row["valid_from"] <= on < (row["valid_to"] or FAR):
                sums[row["currency"]] += row["arr_amount"]
        return {currency: arr for currency, arr in sums.items() if arr}

    def held(self, key: tuple[str, str], on: date) -> dict[str, Decimal]:
        """What stands on a date: its own ARR, or that from before a short gap."""
        now = self.local(key, on)
        if now:
            return now
        before = {}
        for back in range(1, RENEWAL_GRACE + 1):
            before = self.local(key, on - timedelta(days=back))
            if before:
                break
        if not before:
            return {}
        gone = on - timedelta(days=back - 1)
        for after in range(1, RENEWAL_GRACE + 1 - (on - gone).days):
            then = on + timedelta(days=after)
            if then <= AS_OF and self.local(key, then):
                return before
        return before if (AS_OF - gone).days < RENEWAL_GRACE and on <= AS_OF else {}


Locals = dict[tuple[str, date], dict[tuple[str, str], Decimal]]


def month_balances(
    book: Book, accounts: list[Account], adjustments: list[dict]
) -> Locals:
    """Local ARR at month ends: ultimate account and month, then product and currency.

    A migrated product is counted under its new id through all history.
    """
    moved = {old: new for old, new, _ in MIGRATIONS}
    counter = Counter(book, accounts, adjustments)
    for account, product in sorted(counter.items):
        if product in moved:
            old = counter.items.pop((account, product))
            counter.items[(account, moved[product])] += old
    keys = set(counter.items) | {
        (counter.top[row["account_id"]], row["product_id"])
        for row in counter.adjustments
    }
    found: Locals = defaultdict(dict)
    for account, product in sorted(keys):
        for month in months(FOUNDED):
            held = counter.held((account, product), month_end(month))
            for currency, arr in held.items():
                found[(account, month)][(product, currency)] = arr
    return found


def in_dollars(local: Locals, rates_of: date | None = None) -> Balances:
    """At each month's plan rate, or all at the rate of one date."""
    return {
        (account, month): sum(
            (
                cents(arr * plan_rate(currency, rates_of or month))
                for (_, currency), arr in sums.items()
            ),
            Decimal(0),
        )
        for (account, month), sums in local.items()
    }
