"""Status rows, entitlements and the invoices that follow from the contracts."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import numpy as np

from .balances import cents
from .book import Book, Discount, Item, Status, Subscription
from .catalog import (
    CALLS_PER_UNIT,
    FAMILY,
    RUNS_PER_WORKSPACE,
    SEAT_PRODUCTS,
    TAX,
)
from .dates import AS_OF, FAR, USAGE_FROM, add_months, month_end, months
from .lives import calls_in_month
from .people import Account


def fill_statuses(book: Book, case_ids: set[str], rng: np.random.Generator) -> None:
    """Trialing, active and cancelled around what is past due; some keep no statuses."""
    late: dict[str, list[Status]] = defaultdict(list)
    kept: list[Status] = []
    for status in book.statuses:
        account_id = book.subscriptions[status.subscription_id].account_id
        if account_id in case_ids:
            kept.append(status)
        else:
            late[status.subscription_id].append(status)
    for key, subscription in book.subscriptions.items():
        is_quiet = not late[key] and rng.random() < 0.25
        if subscription.account_id not in case_ids and not is_quiet:
            kept += whole_history(subscription, late[key])
    book.statuses = kept


def whole_history(subscription: Subscription, late: list[Status]) -> list[Status]:
    key, end = subscription.subscription_id, subscription.ends_on or FAR
    rows: list[Status] = []
    cursor = subscription.started_on
    if subscription.trial_ends_on:
        rows.append(Status(key, "trialing", cursor, subscription.trial_ends_on))
        cursor = subscription.trial_ends_on
    for status in late:
        until = min(status.valid_to or FAR, end)
        if cursor < status.valid_from < until:
            rows.append(Status(key, "active", cursor, status.valid_from))
            rows.append(Status(key, "past_due", status.valid_from, until))
            cursor = until
    if cursor < end:
        rows.append(Status(key, "active", cursor, None if end == FAR else end))
    if end != FAR:
        rows.append(Status(key, "cancelled", end, None))
    for row in rows:
        if row.valid_to == FAR:
            row.valid_to = None
    return rows


def entitlements(book: Book) -> list[dict]:
    """Seats and meters an account may use, changing on the days the items change."""
    spans: dict[tuple[str, str, str], list[tuple[date, date, Decimal]]] = defaultdict(
        list
    )
    for item in book.items:
        subscription = book.subscriptions[item.subscription_id]
        end = min(item.valid_to or FAR, subscription.ends_on or FAR)
        if item.charge_type != "recurring" or item.valid_from >= end:
            continue
        meter, factor = "seats", 1
        if FAMILY[item.product_id] == "connect":
            meter, factor = "api_calls", CALLS_PER_UNIT
        elif FAMILY[item.product_id] == "automation":
            meter, factor = "automation_runs", RUNS_PER_WORKSPACE
        spans[(subscription.account_id, item.product_id, meter)].append(
            (item.valid_from, end, item.quantity * factor)
        )
    rows = []
    for (account, product, meter), parts in sorted(spans.items()):
        for start, end, limit in levels(parts):
            rows.append(
                {
                    "account_id": account,
                    "product_id": product,
                    "meter": meter,
                    "limit_quantity": limit,
                    "valid_from": start,
                    "valid_to": None if end == FAR else end,
                }
            )
    return rows


def levels(
    parts: list[tuple[date, date, Decimal]],
) -> list[tuple[date, date, Decimal]]:
    """Overlapping spans as consecutive ones with their sum."""
    edges = sorted({edge for start, end, _ in parts for edge in (start, end)})
    found: list[tuple[date, date, Decimal]] = []
    for start, end in pairwise(edges):
        total = sum((q for s, e, q in parts if s <= start < e), Decimal(0))
        if total and found and found[-1][1:] == (start, total):
            found[-1] = (found[-1][0], end, total)
        elif total:
            found.append((start, end, total))
    return found


def metered_calls(book: Book, rng: np.random.Generator) -> dict[tuple[str, date], int]:
    """API calls per account and month, while it is entitled to them."""
    calls: dict[tuple[str, date], int] = {}
    for row in entitlements(book):
        if row["meter"] != "api_calls":
            continue
        units = row["limit_quantity"] / CALLS_PER_UNIT
        for month in months(max(row["valid_from"], USAGE_FROM)):
            if month_end(month) < (row["valid_to"] or FAR):
                calls[(row["account_id"], month)] = calls_in_month(units, month, rng)
    return calls


class Biller:
    """Writes the invoice lines of one item at a time."""

    def __init__(self, book: Book, accounts: list[Account]):
        self.book = book
        self.accounts = {account.account_id: account for account in accounts}
        self.lines: list[dict] = []
        self.discounts: dict[str, list[Discount]] = defaultdict(list)
        for discount in book.discounts:
            self.discounts[discount.subscription_id].append(discount)
        self.paused = [row for row in book.statuses if row.status == "paused"]
        self.followed = {
            (item.subscription_id, FAMILY[item.product_id], item.valid_from)
            for item in book.items
        }

    def write(
        self,
        item: Item,
        line_type: str,
        amount: Decimal,
        span: tuple[date, date],
        issued_on: date,
    ) -> None:
        subscription = self.book.subscriptions[item.subscription_id]
        if issued_on > AS_OF or cents(amount) == 0:
            return
        rate = TAX[self.accounts[subscription.account_id].country]
        self.lines.append(
            {
                "account_id": subscription.account_id,
                "subscription_id": subscription.subscription_id,
                "item_id": item.item_id,
                "product_id": item.product_id,
                "line_type": line_type,
                "currency": subscription.currency,
                "amount": cents(amount),
                "tax_amount": cents(cents(amount) * rate / 100),
                "service_from": span[0],
                "service_to": span[1],
                "issued_on": issued_on,
            }
        )

    def price(self, item: Item, on: date, share: Decimal = Decimal(1)) -> Decimal:
        """The charge of one billing period after the discounts of its first day."""
        amount = item.quantity * item.unit_price * share
        mine = [
            d
            for d in self.discounts[item.subscription_id]
            if d.item_id in (None, item.item_id)
            and d.valid_from <= on < (d.valid_to or FAR)
        ]
        for discount in mine:
            amount *= 1 - (discount.percent_off or Decimal(0)) / 100
        for discount in mine:
            amount -= (discount.amount_off or Decimal(0)) * share
        return max(amount, Decimal(0))

    def is_paused(self, item: Item, on: date) -> bool:
        return any(
            row.subscription_id == item.subscription_id
            and row.valid_from <= on < (row.valid_to or FAR)
            for row in self.paused
        )

    def recurring(self, item: Item) -> None:
        """In advance: whole periods, the part of a started one, the unused rest."""
        subscription = self.book.subscriptions[item.subscription_id]
        anchor = subscription.trial_ends_on or subscription.started_on
        first = max(item.valid_from, anchor)
        last = min(item.valid_to or FAR, subscription.ends_on or FAR)
        number = 0
        while True:
            start, end = period(item, anchor, number)
            number += 1
            if start > AS_OF or start >= last:
                return
            if end <= first or self.is_paused(item, max(start, first)):
                continue
            self.one_period(item, start, end, first, last)

    def one_period(
        self, item: Item, start: date, end: date, first: date, last: date
    ) -> None:
        share = Decimal(1)
        if item.billing_interval == "day":
            share = Decimal((end - start).days) / item.interval_count
        begins = max(start, first)
        whole = self.price(item, begins, share)
        part = Decimal((end - begins).days) / (end - start).days
        kind = "charge" if begins == start else "proration"
        self.write(item, kind, whole * part, (begins, end), begins)
        if last < end:
            key = (item.subscription_id, FAMILY[item.product_id], last)
            is_refunded = key in self.followed or int(item.item_id[-1]) % 2 == 0
            unused = Decimal((end - last).days) / (end - start).days
            if is_refunded:
                self.write(item, "credit", -whole * unused, (last, end), last)

    def usage(self, item: Item, calls: dict[tuple[str, date], int]) -> None:
        """In arrears: calls above the limit, on the first of the next month."""
        subscription = self.book.subscriptions[item.subscription_id]
        end = min(item.valid_to or FAR, subscription.ends_on or FAR)
        limits = [
            other
            for other in self.book.items_of(subscription)
            if other.product_id == item.product_id and other.charge_type == "recurring"
        ]
        for month in months(item.valid_from):
            over = calls.get((subscription.account_id, month))
            if over is None or month >= end:
                continue
            units = sum(
                (i.quantity for i in limits if i.valid_from <= month_end(month)
                 and month_end(month) < (i.valid_to or FAR)),
                Decimal(0),
            )  # fmt: skip
            amount = max(0, over - units * CALLS_PER_UNIT) * item.unit_price
            span = (month, add_months(month, 1))
            self.write(item, "charge", amount, span, add_months(month, 1))


def period(item: Item, anchor: date, number: int) -> tuple[date, date]:
    """The n-th billing period; what is priced by the day is billed by the month."""
    unit, count = item.billing_interval, item.interval_count
    if unit == "week":
        weeks = timedelta(weeks=count)
        return anchor + number * weeks, anchor + (number + 1) * weeks
    length = {"day": 1, "month": count, "year": 12 * count}[unit]
    return add_months(anchor, number * length), add_months(
        anchor, (number + 1) * length
    )


def invoice_lines(
    book: Book, accounts: list[Account], calls: dict[tuple[str, date], int]
) -> list[dict]:
    """One invoice per account and day, numbered in the order of issue."""
    biller = Biller(book, accounts)
    for item in book.items:
        if item.charge_type == "recurring":
            biller.recurring(item)
        elif item.charge_type == "usage":
            biller.usage(item, calls)
        else:
            span = (item.valid_from, item.valid_to or item.valid_from)
            amount = item.quantity * item.unit_price
            biller.write(item, "one_time", amount, span, item.valid_from)
    lines = sorted(
        biller.lines,
        key=lambda row: (
            row["issued_on"],
            row["account_id"],
            row["item_id"],
            row["line_type"],
            row["service_from"],
        ),
    )
    invoices: dict[tuple[date, str], str] = {}
    for number, row in enumerate(lines, 1):
        key = (row["issued_on"], row["account_id"])
        invoices.setdefault(key, f"INV-{len(invoices) + 1:06d}")
        row["line_id"] = f"LIN-{number:06d}"
        row["invoice_id"] = invoices[key]
    return lines


def seats_by_month(
    rights: list[dict],
) -> dict[tuple[str, str], list[tuple[date, date, int]]]:
    """Seat entitlements per account and seat product."""
    found: dict[tuple[str, str], list[tuple[date, date, int]]] = defaultdict(list)
    for row in rights:
        if row["product_id"] in SEAT_PRODUCTS:
            found[(row["account_id"], row["product_id"])].append(
                (row["valid_from"], row["valid_to"] or FAR, int(row["limit_quantity"]))
            )
    return found
