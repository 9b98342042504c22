"""A slow, literal second opinion on the finance marts.

Every number is computed from its definition (models/definitions.md,
docs/decision_log/), by looking at every item on the day in question. Amounts are exact
fractions until the definition says "rounded"; nothing is carried from one month to the
next. It exists to disagree with the warehouse when the warehouse is wrong.
"""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

Row = dict[str, Any]
Tables = Mapping[str, Sequence[Mapping[str, str]]]
P = ParamSpec("P")
R = TypeVar("R")

ZERO = Decimal("0.00")
ONE_DAY = timedelta(days=1)
PERIODS_PER_YEAR = {"day": 365, "week": 52, "month": 12, "year": 1}
COUNTED_DURATIONS = {
    "forever": {"forever"},
    "recurring": {"forever", "repeating"},
    "none": set[str](),
}
DEFAULT_POLICY = {
    "renewal_grace_days": 30,
    "past_due_grace_days": 90,
    "discounts_counted": "forever",
    "reporting_currency": "USD",
    "renewal_gap_closed_by": "family",
    "contract_amount_off": "once",
    "item_discount_follows": "amendments",
    "longest_trial_days": 92,
    "trial_of_a_customer": "continues",
    "inclusive_end_tables": "none",
}
# The ends that ARR rests on: as a rule the first day no longer, else the last day.
ENDS = {
    "billing__subscriptions": ("trial_ends_on", "ends_on"),
    "billing__subscription_items": ("valid_to",),
    "billing__subscription_statuses": ("valid_to",),
    "billing__discounts": ("valid_to",),
    "finance__arr_adjustments": ("valid_to",),
}
MOVEMENTS = ("new", "expansion", "reactivation", "contraction", "churn")
KEPT_LABELS = ("new", "reactivation", "churn")
SCOPE_ATTRIBUTES = ("segment", "country", "industry")
OWNERS = ("csm_user_id", "account_manager_user_id", "sales_user_id")
USAGE_LINE_TYPES = ("charge", "proration", "credit")


# ------------------------------------------------------------------ rounding


def half_away(value: Fraction | Decimal, places: int) -> Decimal:
    """Rounding is half away from zero everywhere."""
    scaled = abs(Fraction(value)) * 10**places + Fraction(1, 2)
    units = scaled.numerator // scaled.denominator
    return Decimal(-units if value < 0 else units).scaleb(-places)


def cents(value: Fraction | Decimal) -> Decimal:
    """An amount rounded to cents."""
    return half_away(value, 2)


def rate_or_none(numerator: Decimal, denominator: Decimal) -> Decimal | None:
    """A ratio to 6 decimals below 10^12; no opening is null, never 0."""
    if denominator <= 0:
        return None
    rate = half_away(Fraction(numerator) / Fraction(denominator), 6)
    return rate if abs(rate) < 10**12 else None


# ------------------------------------------------------------------ raw rows


@dataclass(frozen=True, eq=False)
class Subscription:
    """When a contract's service runs, and in which currency."""

    account_id: str
    currency: str
    started_on: date
    trial_ends_on: date | None
    ends_on: date | None


@dataclass(frozen=True, eq=False)
class Item:
    """A line of a subscription, its product already under its present id."""

    item_id: str
    subscription_id: str
    product_id: str
    charge_type: str
    billing_interval: str
    interval_count: int
    quantity: Fraction
    unit_price: Fraction
    valid_from: date
    valid_to: date | None
    is_contracted_step: bool


@dataclass(frozen=True, eq=False)
class Status:
    """What a subscription was from one date to another."""

    status: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, eq=False)
class Discount:
    """A discount of one item, or of each item of its subscription."""

    subscription_id: str
    item_id: str | None
    percent_off: Fraction
    amount_off: Fraction
    duration: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, eq=False)
class Adjustment:
    """An approved ARR adjustment, rounded to cents."""

    adjustment_id: str
    currency: str
    arr_amount: Decimal
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, eq=False)
class UsageLine:
    """An invoice line of a usage item."""

    product_id: str
    currency: str
    amount: Fraction
    issued_on: date


@dataclass(frozen=True, eq=False)
class Doubt:
    """When a refused row would have mattered; a day nobody can read bounds nothing."""

    valid_from: date | None
    valid_to: date | None

    def covers(self, day: date) -> bool:
        """Whether the row might have mattered on a day."""
        return covers(self.valid_from or date.min, self.valid_to, day)

    def meets(self, first: date, after: date) -> bool:
        """Whether it might have on a day from one to another, not included."""
        return (self.valid_from or date.min) < after and (
            self.valid_to is None or first < self.valid_to
        )


@dataclass(eq=False)
class Book:
    """The raw rows under their present ids, the as_of date and the policy."""

    as_of: date
    renewal_grace_days: int
    past_due_grace_days: int
    discounts_counted: set[str]
    reporting_currency: str
    renewal_gap_closed_by: str
    contract_amount_off: str
    item_discount_follows: str
    longest_trial_days: int
    trial_of_a_customer: str
    accounts: dict[str, Row] = field(default_factory=dict)
    families: dict[str, str] = field(default_factory=dict)
    tier_ranks: dict[str, int | None] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    items: dict[tuple[str, str], list[Item]] = field(default_factory=dict)
    contract_items: dict[str, list[Item]] = field(default_factory=dict)
    adjustments: dict[tuple[str, str], list[Adjustment]] = field(default_factory=dict)
    statuses: dict[str, list[Status]] = field(default_factory=dict)
    discounts: dict[str, list[Discount]] = field(default_factory=dict)
    next_items: dict[str, str] = field(default_factory=dict)
    next_contracts: dict[str, str] = field(default_factory=dict)
    plan_rates: dict[str, list[tuple[date, Fraction]]] = field(default_factory=dict)
    usage_lines: dict[str, list[UsageLine]] = field(default_factory=dict)
    unknown_contracts: dict[str, list[Doubt]] = field(default_factory=dict)
    unknown_accounts: dict[str, list[Doubt]] = field(default_factory=dict)
    refused_rates: dict[str, list[date | None]] = field(default_factory=dict)
    uncertain_gaps: dict[str, list[Doubt]] = field(default_factory=dict)
    memo: dict[tuple[Any, ...], Any] = field(default_factory=dict)


def remembered(
    function: Callable[Concatenate[Book, P], R],
) -> Callable[Concatenate[Book, P], R]:
    """Keep a function's answers inside the book they were asked of."""

    @wraps(function)
    def asked(book: Book, *args: P.args, **kwargs: P.kwargs) -> R:
        key = (function, args, tuple(kwargs.items()))
        if key not in book.memo:
            book.memo[key] = function(book, *args, **kwargs)
        return book.memo[key]

    return asked


def read_folder(folder: Path) -> dict[str, list[dict[str, str]]]:
    """Every CSV of a raw folder, as `<domain>__<objects>` -> rows of text."""
    tables = {}
    for path in sorted(Path(folder).glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as lines:
            tables[path.stem] = list(csv.DictReader(lines))
    return tables


def optional_date(row: Mapping[str, str], column: str) -> date | None:
    """A date, or nothing where the column is empty."""
    return date.fromisoformat(row[column]) if row.get(column) else None


def number(row: Mapping[str, str], column: str) -> Fraction:
    """An exact number; an empty column is 0."""
    return Fraction(row.get(column) or "0")


def followed(start: str, next_of: Mapping[str, str]) -> str:
    """Follow a chain of ids until nothing follows."""
    here = start
    while here in next_of:
        here = next_of[here]
    return here


def with_first_days_no_longer(tables: Tables, inclusive: Sequence[str]) -> Tables:
    """The tables with a day added to each end of those that give the last day."""
    return {
        table: [
            {
                column: text
                if column not in ENDS.get(table, ()) or not text
                else (date.fromisoformat(text) + timedelta(days=1)).isoformat()
                for column, text in row.items()
            }
            for row in rows
        ]
        if table in inclusive
        else rows
        for table, rows in tables.items()
    }


def present_accounts(tables: Tables) -> dict[str, str]:
    """Merged_into_account_id if given, else parent_account_id, to the end."""
    next_of = {
        row["account_id"]: row.get("merged_into_account_id") or row["parent_account_id"]
        for row in tables["crm__accounts"]
        if row.get("merged_into_account_id") or row.get("parent_account_id")
    }
    return {
        row["account_id"]: followed(row["account_id"], next_of)
        for row in tables["crm__accounts"]
    }


def next_ids(tables: Tables, as_of: date, id_kind: str) -> dict[str, str]:
    """Ids that billing replaced by as_of, each with the next that is in the source."""
    place, column = {
        "subscription": ("billing__subscriptions", "subscription_id"),
        "item": ("billing__subscription_items", "item_id"),
    }[id_kind]
    in_source = {row[column] for row in tables[place]}
    step = {
        row["old_id"]: row["new_id"]
        for row in tables.get("billing__contract_migrations", [])
        if row["id_kind"] == id_kind
        and date.fromisoformat(row["effective_on"]) <= as_of
    }
    found = {}
    for old in step:
        here = step[old]
        while here not in in_source and here in step:
            here = step[here]
        if here in in_source:
            found[old] = here
    return found


def present_products(tables: Tables, as_of: date) -> dict[str, str]:
    """Product_migrations effective on or before as_of, followed to the end."""
    next_of = {
        row["old_product_id"]: row["new_product_id"]
        for row in tables.get("billing__product_migrations", [])
        if date.fromisoformat(row["effective_on"]) <= as_of
    }
    return {product: followed(product, next_of) for product in product_ids(tables)}


def product_ids(tables: Tables) -> list[str]:
    """Products, and ids no longer sold, which need not be among them."""
    migrations = tables.get("billing__product_migrations", [])
    sold = [row["product_id"] for row in tables["billing__products"]]
    return [*sold, *(row["old_product_id"] for row in migrations)]


def build_book(
    tables: Tables, as_of: date, policy: Mapping[str, Any], refused: Tables
) -> Book:
    """Read raw rows into a book; refused rows, with `why_refused`, only lower it."""
    rules = {**DEFAULT_POLICY, **policy}
    inclusive = rules["inclusive_end_tables"].split()
    tables = with_first_days_no_longer(tables, inclusive)
    refused = with_first_days_no_longer(refused, inclusive)
    book = Book(
        as_of=as_of,
        renewal_grace_days=int(rules["renewal_grace_days"]),
        past_due_grace_days=int(rules["past_due_grace_days"]),
        discounts_counted=COUNTED_DURATIONS[rules["discounts_counted"]],
        reporting_currency=rules["reporting_currency"],
        renewal_gap_closed_by=rules["renewal_gap_closed_by"],
        contract_amount_off=rules["contract_amount_off"],
        item_discount_follows=rules["item_discount_follows"],
        longest_trial_days=int(rules["longest_trial_days"]),
        trial_of_a_customer=rules["trial_of_a_customer"],
    )
    book.next_items = next_ids(tables, as_of, "item")
    book.next_contracts = next_ids(tables, as_of, "subscription")
    account_of = present_accounts(tables)
    product_of = present_products(tables, as_of)
    add_masters(book, tables, account_of)
    item_rows = add_contracts(book, tables, account_of, product_of)
    add_rates(book, tables)
    add_adjustments(book, tables, account_of, product_of)
    add_usage_lines(book, tables, account_of, item_rows)
    add_doubts(book, tables, refused, account_of, product_of)
    return book


def add_masters(book: Book, tables: Tables, account_of: Mapping[str, str]) -> None:
    """Accounts that are nobody's part; a product without family is its own."""
    for row in tables["crm__accounts"]:
        if account_of[row["account_id"]] == row["account_id"]:
            book.accounts[row["account_id"]] = {
                "account_id": row["account_id"],
                "account_name": row["account_name"],
                **{name: row.get(name) or "unspecified" for name in SCOPE_ATTRIBUTES},
                **{name: row.get(name) or None for name in OWNERS},
            }
    for row in tables["billing__products"]:
        product = row["product_id"]
        book.families[product] = row.get("product_family") or product
        rank = row.get("tier_rank")
        book.tier_ranks[product] = int(rank) if rank else None
    for product in product_ids(tables):
        book.families.setdefault(product, product)
        book.tier_ranks.setdefault(product, None)


def add_contracts(
    book: Book,
    tables: Tables,
    account_of: Mapping[str, str],
    product_of: Mapping[str, str],
) -> dict[str, Item]:
    """Subscriptions with their items, statuses and discounts; the items by id."""
    for row in tables["billing__subscriptions"]:
        book.subscriptions[row["subscription_id"]] = Subscription(
            account_id=account_of[row["account_id"]],
            currency=row["currency"],
            started_on=date.fromisoformat(row["started_on"]),
            trial_ends_on=optional_date(row, "trial_ends_on"),
            ends_on=optional_date(row, "ends_on"),
        )
    by_id = {}
    for row in tables["billing__subscription_items"]:
        item = Item(
            item_id=row["item_id"],
            subscription_id=row["subscription_id"],
            product_id=product_of[row["product_id"]],
            charge_type=row["charge_type"],
            billing_interval=row["billing_interval"],
            interval_count=int(row["interval_count"]),
            quantity=number(row, "quantity"),
            unit_price=number(row, "unit_price"),
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=optional_date(row, "valid_to"),
            is_contracted_step=row.get("is_contracted_step") == "true",
        )
        by_id[item.item_id] = item
        account = book.subscriptions[item.subscription_id].account_id
        book.items.setdefault((account, item.product_id), []).append(item)
        book.contract_items.setdefault(item.subscription_id, []).append(item)
    for row in tables.get("billing__subscription_statuses", []):
        book.statuses.setdefault(row["subscription_id"], []).append(
            Status(
                status=row["status"],
                valid_from=date.fromisoformat(row["valid_from"]),
                valid_to=optional_date(row, "valid_to"),
            )
        )
    for row in tables.get("billing__discounts", []):
        book.discounts.setdefault(row["subscription_id"], []).append(
            Discount(
                subscription_id=row["subscription_id"],
                item_id=row.get("item_id") or None,
                percent_off=number(row, "percent_off"),
                amount_off=number(row, "amount_off"),
                duration=row["duration"],
                valid_from=date.fromisoformat(row["valid_from"]),
                valid_to=optional_date(row, "valid_to"),
            )
        )
    return by_id


def add_rates(book: Book, tables: Tables) -> None:
    """Plan rates, oldest first; spot rates are not for ARR."""
    for row in tables.get("billing__fx_rates", []):
        if row["rate_type"] == "plan":
            book.plan_rates.setdefault(row["currency"], []).append(
                (date.fromisoformat(row["valid_from"]), number(row, "rate"))
            )
    for rates in book.plan_rates.values():
        rates.sort()


def add_adjustments(
    book: Book,
    tables: Tables,
    account_of: Mapping[str, str],
    product_of: Mapping[str, str],
) -> None:
    """An adjustment counts only if somebody approved it."""
    for row in tables.get("finance__arr_adjustments", []):
        if row.get("approved_by"):
            key = (account_of[row["account_id"]], product_of[row["product_id"]])
            book.adjustments.setdefault(key, []).append(
                Adjustment(
                    adjustment_id=row["adjustment_id"],
                    currency=row["currency"],
                    arr_amount=cents(number(row, "arr_amount")),
                    valid_from=date.fromisoformat(row["valid_from"]),
                    valid_to=optional_date(row, "valid_to"),
                )
            )


def add_usage_lines(
    book: Book,
    tables: Tables,
    account_of: Mapping[str, str],
    items: Mapping[str, Item],
) -> None:
    """Lines whose item is charged by usage, of the types that count."""
    for row in tables.get("billing__invoice_lines", []):
        item = items.get(row.get("item_id") or "")
        if item is None or item.charge_type != "usage":
            continue
        if row["line_type"] in USAGE_LINE_TYPES:
            book.usage_lines.setdefault(account_of[row["account_id"]], []).append(
                UsageLine(
                    product_id=item.product_id,
                    currency=row["currency"],
                    amount=number(row, "amount"),
                    issued_on=date.fromisoformat(row["issued_on"]),
                )
            )


# ------------------------------------------------------------------ refused rows


def doubt_of(row: Mapping[str, str], start: str, end: str | None) -> Doubt:
    """From when to when a refused row would have mattered, as far as it is believed."""

    def believed(column: str | None) -> date | None:
        if column is None or column in row["why_refused"]:
            return None
        return optional_date(row, column)

    return Doubt(believed(start), believed(end))


def owning_contracts(book: Book) -> dict[tuple[str, str], set[str]]:
    """Of which contracts an id is, or the one that took over from it."""
    found: dict[tuple[str, str], set[str]] = {}
    for subscription, items in book.contract_items.items():
        found.setdefault(("subscription", subscription), set()).add(subscription)
        for item in items:
            found.setdefault(("item", item.item_id), set()).add(subscription)
    for old, new in book.next_contracts.items():
        found.setdefault(("subscription", old), set()).add(new)
    for old, new in book.next_items.items():
        item = item_by_id(book, new)
        if item:
            found.setdefault(("item", old), set()).add(item.subscription_id)
    for old, new in book.next_items.items():
        ends = [item_by_id(book, one) for one in (old, new)]
        if ends[0] and ends[1]:
            found.setdefault(("subscription", ends[0].subscription_id), set()).add(
                ends[1].subscription_id
            )
    return found


def contracts_after(book: Book, contract: str) -> set[str]:
    """A contract and all that took over from it, or from one of its lines."""
    after: dict[str, set[str]] = {}
    for old, new in book.next_contracts.items():
        after.setdefault(old, set()).add(new)
    for old, new in book.next_items.items():
        old_item, new_item = item_by_id(book, old), item_by_id(book, new)
        if old_item and new_item:
            after.setdefault(old_item.subscription_id, set()).add(
                new_item.subscription_id
            )
    found, to_do = set(), [contract]
    while to_do:
        here = to_do.pop()
        if here not in found:
            found.add(here)
            to_do += after.get(here, set())
    return found


def add_doubts(
    book: Book,
    tables: Tables,
    refused: Tables,
    account_of: Mapping[str, str],
    product_of: Mapping[str, str],
) -> None:
    """What refused rows leave unknown: contracts, rates, adjustments, gaps."""

    def add(place: dict[str, list[Doubt]], key: str | None, doubt: Doubt) -> None:
        if key:
            place.setdefault(key, []).append(doubt)

    def owner(row: Mapping[str, str]) -> str | None:
        found = book.subscriptions.get(row["subscription_id"])
        return found.account_id if found else None

    for row in refused.get("billing__subscription_statuses", []):
        doubt = doubt_of(row, "valid_from", "valid_to")
        if doubt.valid_from is None:
            add(book.unknown_contracts, row["subscription_id"], Doubt(None, None))
            add(book.uncertain_gaps, owner(row), Doubt(None, None))
        else:
            book.statuses.setdefault(row["subscription_id"], []).append(
                Status("unknown", doubt.valid_from, doubt.valid_to)
            )
    contracts_of = owning_contracts(book)
    renamed = refused.get("billing__contract_migrations", [])
    has_renamed = bool(renamed or book.next_items or book.next_contracts)
    has_discounts = any(
        discount.duration != "once"
        for rows in book.discounts.values()
        for discount in rows
    ) or any(row["duration"] != "once" for row in refused.get("billing__discounts", []))
    unknown: list[tuple[str, Doubt]] = []
    for row in refused.get("billing__discounts", []):
        if row["duration"] != "once":
            doubt = doubt_of(row, "valid_from", "valid_to")
            unknown += [(row["subscription_id"], doubt)]
            unknown += [
                (one, doubt)
                for one in contracts_of.get(("item", row.get("item_id") or ""), ())
            ]
    for row in refused.get("billing__subscription_items", []):
        if row["charge_type"] in ("usage", "one_time"):
            continue
        doubt = doubt_of(row, "valid_from", "valid_to")
        add(book.uncertain_gaps, owner(row), doubt)
        if (has_renamed and has_discounts) or any(
            discount.item_id and discount.duration != "once"
            for discount in book.discounts.get(row["subscription_id"], [])
        ):
            unknown += [(row["subscription_id"], Doubt(doubt.valid_from, None))]
    if has_discounts:
        for row in renamed:
            for id_kind in ("subscription", "item"):
                for one in contracts_of.get((id_kind, row["new_id"]), ()):
                    unknown += [(one, Doubt(None, None))]
    for contract, doubt in unknown:
        for one in contracts_after(book, contract):
            add(book.unknown_contracts, one, doubt)
            add(book.uncertain_gaps, owner({"subscription_id": one}), doubt)
    for row in refused.get("billing__subscriptions", []):
        doubt = doubt_of(row, "started_on", "ends_on")
        add(book.uncertain_gaps, account_of.get(row["account_id"]), doubt)
    for row in refused.get("billing__fx_rates", []):
        if row["rate_type"] != "spot":
            believed = doubt_of(row, "valid_from", None).valid_from
            book.refused_rates.setdefault(row["currency"], []).append(believed)
    for row in refused.get("finance__arr_adjustments", []):
        doubt = doubt_of(row, "valid_from", "valid_to")
        account = account_of.get(row["account_id"])
        is_readable = "arr_amount" not in row["why_refused"] and row["arr_amount"]
        if row["approved_by"]:
            add(book.uncertain_gaps, account, doubt)
            if not is_readable or number(row, "arr_amount") < 0:
                add(book.unknown_accounts, account, doubt)
    for row in refused.get("billing__product_migrations", []):
        for (account, product), _ in [*book.items.items(), *book.adjustments.items()]:
            ids = {row["old_product_id"], row["new_product_id"]}
            if product in {product_of.get(one) for one in ids}:
                add(book.uncertain_gaps, account, Doubt(None, None))


@remembered
def is_unknown_rate(book: Book, currency: str, day: date) -> bool:
    """Whether a refused plan rate would have been the one in force."""
    known = [valid_from for valid_from, _ in book.plan_rates.get(currency, [])]
    for refused in book.refused_rates.get(currency, []):
        if currency == book.reporting_currency:
            return False
        if refused is None:
            return True
        days = sorted({*known, refused})
        if max((one for one in days if one <= day), default=days[0]) == refused:
            return True
    return False


@remembered
def is_unknown_account(book: Book, account: str, day: date) -> bool:
    """Whether what would have been taken off an account is not known."""
    return any(
        doubt.covers(day) for doubt in book.unknown_accounts.get(account, [])
    ) or any(
        row.arr_amount < 0
        and covers(row.valid_from, row.valid_to, day)
        and is_unknown_rate(book, row.currency, day)
        for (owner, _), rows in book.adjustments.items()
        if owner == account
        for row in rows
    )


@remembered
def is_unknown(book: Book, subscription: str, day: date) -> bool:
    """Whether the ARR of a contract is not known on a day."""
    contract = book.subscriptions[subscription]
    return (
        any(doubt.covers(day) for doubt in book.unknown_contracts.get(subscription, []))
        or is_unknown_rate(book, contract.currency, day)
        or is_unknown_account(book, contract.account_id, day)
    )


def doubt_edges(book: Book) -> set[date | None]:
    """Every date on which something becomes known or unknown."""
    places = (book.unknown_contracts, book.unknown_accounts, book.uncertain_gaps)
    doubts = [doubt for place in places for rows in place.values() for doubt in rows]
    edges = {edge for one in doubts for edge in (one.valid_from, one.valid_to)}
    if book.refused_rates:
        for currency, refused in book.refused_rates.items():
            rates = book.plan_rates.get(currency, [])
            edges |= {*refused, *(valid_from for valid_from, _ in rates)}
    return edges


def is_uncertain(book: Book, account: str, first: date, after: date) -> bool:
    """Whether something refused might have been there from one day to another."""
    if any(doubt.meets(first, after) for doubt in book.uncertain_gaps.get(account, [])):
        return True
    for subscription, rows in book.statuses.items():
        contract = book.subscriptions.get(subscription)
        if contract is not None and contract.account_id == account:
            starts = {row.valid_from for row in rows} | {row.valid_to for row in rows}
            days = [first, *(one for one in starts if one and first <= one < after)]
            if any(
                status_on(book, subscription, day, True) == "unknown" for day in days
            ):
                return True
    if not book.refused_rates:
        return False
    currencies = {
        currency
        for owner, product in {*book.items, *book.adjustments}
        if owner == account
        for currency in currencies_of(book, account, product)
    }
    edges = [edge for edge in doubt_edges(book) if edge and first <= edge < after]
    return any(
        is_unknown_rate(book, currency, day)
        for currency in currencies
        for day in [first, *edges]
    )


# ------------------------------------------------------------------ dates


def covers(valid_from: date, valid_to: date | None, day: date) -> bool:
    """Half-open: valid_from <= day < valid_to; an empty end is still open."""
    return valid_from <= day and (valid_to is None or day < valid_to)


def month_start(day: date) -> date:
    """The first day of a date's month."""
    return day.replace(day=1)


def month_end(day: date) -> date:
    """The last day of a date's month."""
    return (month_start(day) + timedelta(days=31)).replace(day=1) - ONE_DAY


def months_before(balance_day: date, months: int) -> date:
    """The balance date so many months earlier."""
    for _ in range(months):
        balance_day = month_start(balance_day) - ONE_DAY
    return balance_day


def year_after(day: date) -> date:
    """Twelve months later; 29 February becomes 28 February."""
    if (day.month, day.day) == (2, 29):
        return date(day.year + 1, 2, 28)
    return day.replace(year=day.year + 1)


def last_balance_day(book: Book) -> date:
    """The last month end that is not after as_of."""
    day = book.as_of
    return day if day == month_end(day) else months_before(day, 1)


@remembered
def balance_days(book: Book) -> tuple[date, ...]:
    """The last day of each month since the first item or adjustment."""
    starts = [item.valid_from for items in book.items.values() for item in items]
    starts += [row.valid_from for rows in book.adjustments.values() for row in rows]
    days: list[date] = []
    day = last_balance_day(book)
    while starts and day >= min(starts):
        days.insert(0, day)
        day = months_before(day, 1)
    return tuple(days)


# ------------------------------------------------------------------ ARR of an item


def status_rows(book: Book, subscription: str, forward: bool) -> list[Status]:
    """Rows dated after as_of are read by carr only (`forward`)."""
    return [
        row
        for row in book.statuses.get(subscription, [])
        if forward or row.valid_from <= book.as_of
    ]


@remembered
def status_on(book: Book, subscription: str, day: date, forward: bool) -> str | None:
    """Of several rows on a date, the one with the latest valid_from."""
    rows = [
        row
        for row in status_rows(book, subscription, forward)
        if covers(row.valid_from, row.valid_to, day)
    ]
    return max(rows, key=lambda row: row.valid_from).status if rows else None


@remembered
def past_due_since(book: Book, subscription: str, day: date, forward: bool) -> date:
    """The first day of the unbroken run of past_due that `day` is in."""
    rows = status_rows(book, subscription, forward)
    edges = {row.valid_from for row in rows} | {row.valid_to for row in rows}
    for edge in sorted((e for e in edges if e is not None and e <= day), reverse=True):
        before = status_on(book, subscription, edge - ONE_DAY, forward)
        if before not in ("past_due", "unknown"):
            return edge
    raise ValueError(f"{subscription} is not past due on {day}")


def is_past_due_in_grace(
    book: Book, subscription: str, day: date, forward: bool
) -> bool:
    """Past due, and for no more than past_due_grace_days."""
    if status_on(book, subscription, day, forward) != "past_due":
        return False
    since = past_due_since(book, subscription, day, forward)
    return (day - since).days <= book.past_due_grace_days


@remembered
def status_bears(book: Book, subscription: str, day: date, forward: bool) -> bool:
    """Active, or past due in grace; given statuses, no row bears nothing.

    Looking forward, who is past due in grace at the last balance date is not lost
    while that run of past due goes on.
    """
    if not status_rows(book, subscription, forward):
        return True
    status = status_on(book, subscription, day, forward)
    return (
        status == "active"
        or is_past_due_in_grace(book, subscription, day, forward)
        or (
            status == "past_due"
            and forward
            and is_past_due_in_grace(book, subscription, last_balance_day(book), False)
            and past_due_since(book, subscription, day, forward)
            == past_due_since(book, subscription, last_balance_day(book), forward)
        )
    )


def counted_trial_end(book: Book, subscription: Subscription) -> date | None:
    """The end of a trial; a longer one is a free period of what was paid before."""
    ends_on = subscription.trial_ends_on
    if ends_on is None:
        return None
    days = (ends_on - subscription.started_on).days
    return ends_on if 1 <= days <= book.longest_trial_days else None


@remembered
def is_paid(book: Book, item: Item, day: date, forward: bool = False) -> bool:
    """In force, in service and not on trial."""
    subscription = book.subscriptions[item.subscription_id]
    trial_ends_on = counted_trial_end(book, subscription)
    return (
        item.charge_type == "recurring"
        and covers(item.valid_from, item.valid_to, day)
        and covers(subscription.started_on, subscription.ends_on, day)
        and (trial_ends_on is None or day >= trial_ends_on)
        and status_bears(book, item.subscription_id, day, forward)
    )


@remembered
def is_on_trial(book: Book, subscription_id: str, day: date, forward: bool) -> bool:
    """A day of a trial, by its date or by its status."""
    subscription = book.subscriptions[subscription_id]
    trial_ends_on = counted_trial_end(book, subscription)
    is_before_end = trial_ends_on is not None and day < trial_ends_on
    return covers(subscription.started_on, subscription.ends_on, day) and (
        status_on(book, subscription_id, day, forward) == "trialing"
        or (is_before_end and status_bears(book, subscription_id, day, forward))
    )


@remembered
def free_since(book: Book, subscription_id: str, day: date, forward: bool) -> date:
    """The first of the free days in a row that `day` is one of."""
    while is_on_trial(book, subscription_id, day - ONE_DAY, forward):
        day -= ONE_DAY
    return day


def family_items(book: Book, account: str, family: str) -> list[Item]:
    """Every item an account ever had of a product family."""
    return [
        item
        for (owner, product), items in book.items.items()
        if owner == account and book.families[product] == family
        for item in items
    ]


@remembered
def family_is_paid(
    book: Book, account: str, family: str, day: date, forward: bool
) -> bool:
    """Whether the account pays for a product of the family."""
    return any(
        item.quantity * item.unit_price > 0 and is_paid(book, item, day, forward)
        for item in family_items(book, account, family)
    )


@remembered
def family_edges(book: Book, account: str, family: str) -> tuple[date, ...]:
    """Every date on which that could change, the last one first."""
    dates = {
        day
        for product in products_of(book, account)
        if book.families[product] == family
        for day in own_change_dates(book, account, product)
    }
    return tuple(sorted(dates, reverse=True))


@remembered
def continues_paid_service(
    book: Book, item: Item, day: date, forward: bool = False
) -> bool:
    """A free day after paid ones of the family, not beside them, without a break."""
    if book.trial_of_a_customer != "continues" or item.charge_type != "recurring":
        return False
    if not covers(item.valid_from, item.valid_to, day):
        return False
    if not is_on_trial(book, item.subscription_id, day, forward):
        return False
    account = book.subscriptions[item.subscription_id].account_id
    family = book.families[item.product_id]
    if family_is_paid(book, account, family, day, forward):
        return False
    for edge in family_edges(book, account, family):
        if edge <= day and family_is_paid(
            book, account, family, edge - ONE_DAY, forward
        ):
            since = free_since(book, item.subscription_id, day, forward)
            return (since - edge).days <= book.renewal_grace_days and not is_uncertain(
                book, account, edge, day + ONE_DAY
            )
    return False


@remembered
def item_bears(book: Book, item: Item, day: date, forward: bool = False) -> bool:
    """Every condition but the amount."""
    return (
        is_paid(book, item, day, forward)
        or continues_paid_service(book, item, day, forward)
    ) and not is_unknown(book, item.subscription_id, day)


def annualised(item: Item, amount: Fraction) -> Fraction:
    """An amount per interval of the item, as an amount per year."""
    return amount * PERIODS_PER_YEAR[item.billing_interval] / item.interval_count


def paired(old: list[Item], new: list[Item]) -> list[tuple[Item, Item]]:
    """The largest with the largest."""

    def size(item: Item) -> tuple[Fraction, Fraction, str]:
        return (-item.quantity, -item.unit_price, item.item_id)

    return list(zip(sorted(old, key=size), sorted(new, key=size), strict=False))


@remembered
def item_by_id(book: Book, item_id: str) -> Item | None:
    """An item that is in the source."""
    return next(
        (
            item
            for items in book.contract_items.values()
            for item in items
            if item.item_id == item_id
        ),
        None,
    )


@remembered
def renamed_lines(book: Book) -> dict[str, str]:
    """Recurring lines under an id that billing replaced, gone or not, and the next."""
    links = {}
    for old, new in book.next_items.items():
        ends = [item_by_id(book, one) for one in (old, new)]
        if all(one is None or one.charge_type == "recurring" for one in ends):
            links[old] = new
    return links


def alone(links: Mapping[str, str]) -> dict[str, str]:
    """Of several that became one, none goes on."""
    news = list(links.values())
    return {old: new for old, new in links.items() if news.count(new) == 1}


@remembered
def amendments(book: Book, contract: str) -> dict[str, str]:
    """Items of a contract, by its present id, and what goes on with them."""
    links: dict[str, str] = {}
    renamed = renamed_lines(book)
    items = [
        item
        for subscription, rows in book.contract_items.items()
        if followed(subscription, book.next_contracts) == contract
        for item in rows
        if item.charge_type == "recurring"
    ]
    for product, day in sorted(
        {(item.product_id, item.valid_to) for item in items if item.valid_to}
    ):
        mine = [item for item in items if item.product_id == product]
        old = [
            item
            for item in mine
            if item.valid_to == day and item.item_id not in renamed
        ]
        new = [
            item
            for item in mine
            if item.valid_from == day and item.item_id not in renamed.values()
        ]

        def price(item: Item) -> tuple[str, int, Fraction]:
            return (item.billing_interval, item.interval_count, item.unit_price)

        pairs = [
            pair
            for terms in {price(item) for item in old}
            for pair in paired(
                [item for item in old if price(item) == terms],
                [item for item in new if price(item) == terms],
            )
        ]
        old = [item for item in old if item not in [one for one, _ in pairs]]
        new = [item for item in new if item not in [one for _, one in pairs]]
        links |= {a.item_id: b.item_id for a, b in pairs + paired(old, new)}
    return links


def is_discounted_from(
    book: Book, subscription: str | None, item_id: str | None, day: date
) -> bool:
    """Whether a counted discount names an item, or a whole contract, from its start."""
    return any(
        discount.item_id == item_id
        and (subscription is None or discount.subscription_id == subscription)
        and discount.duration in book.discounts_counted
        and covers(discount.valid_from, discount.valid_to, day)
        for rows in book.discounts.values()
        for discount in rows
    )


@remembered
def discount_reaches(book: Book, discount: Discount) -> set[str]:
    """The items a discount of one item lowers: it, and those that go on with it."""
    here = discount.item_id or ""
    reached = {here}
    same = alone(renamed_lines(book))
    while True:
        item = item_by_id(book, here)
        after = same.get(here)
        if after is None and item and book.item_discount_follows == "amendments":
            contract = followed(item.subscription_id, book.next_contracts)
            after = amendments(book, contract).get(here)
        new = item_by_id(book, after) if after else None
        if new is None or new.item_id in reached:
            break
        if is_discounted_from(book, None, new.item_id, new.valid_from):
            break
        here = new.item_id
        reached.add(here)
    return reached


@remembered
def contract_reaches(book: Book, discount: Discount) -> set[str]:
    """The subscriptions that a discount of a whole contract lowers."""
    here = discount.subscription_id
    reached = {here}
    same = alone(book.next_contracts)
    while here in same:
        here = same[here]
        starts_on = book.subscriptions[here].started_on
        if is_discounted_from(book, here, None, starts_on):
            break
        reached.add(here)
    return reached


@remembered
def discounts_of(book: Book, item: Item) -> list[Discount]:
    """Counted discounts of the item, or of its whole subscription."""
    return [
        discount
        for rows in book.discounts.values()
        for discount in rows
        if discount.duration in book.discounts_counted
        and (
            item.subscription_id in contract_reaches(book, discount)
            if discount.item_id is None
            else item.item_id in discount_reaches(book, discount)
        )
    ]


def is_shared(book: Book, discount: Discount) -> bool:
    """An amount off a whole contract, taken once."""
    return discount.item_id is None and book.contract_amount_off == "once"


@remembered
def item_list_arr(book: Book, item: Item, day: date, forward: bool = False) -> Decimal:
    """The ARR of an item without discounts, of one wholly discounted too."""
    if not item_bears(book, item, day, forward):
        return ZERO
    return cents(max(annualised(item, item.quantity * item.unit_price), Fraction(0)))


def discounts_on(book: Book, item: Item, day: date) -> list[Discount]:
    """The counted discounts of an item in force on a day."""
    return [
        discount
        for discount in discounts_of(book, item)
        if covers(discount.valid_from, discount.valid_to, day)
    ]


@remembered
def arr_alone(book: Book, item: Item, day: date, forward: bool = False) -> Decimal:
    """Percents compound, then its own amounts, then floor at 0, then round to cents."""
    if not item_bears(book, item, day, forward):
        return ZERO
    in_force = discounts_on(book, item, day)
    arr = annualised(item, item.quantity * item.unit_price)
    for discount in in_force:
        arr *= 1 - discount.percent_off / 100
    for discount in in_force:
        if not is_shared(book, discount):
            arr -= annualised(item, discount.amount_off)
    return cents(max(arr, Fraction(0)))


@remembered
def shares_off(
    book: Book, subscription: str, day: date, forward: bool = False
) -> dict[str, Decimal]:
    """What an amount off the whole contract takes from each item, to the cent."""
    alone = {
        item: arr_alone(book, item, day, forward)
        for item in book.contract_items.get(subscription, [])
    }
    items = [item for item, amount in alone.items() if amount > 0]
    if not items:
        return {}
    off = sum(
        (
            discount.amount_off
            for discount in discounts_on(book, items[0], day)
            if is_shared(book, discount)
        ),
        Fraction(0),
    )
    total = sum(alone.values(), ZERO)
    taken = min(total, max(cents(annualised(item, off)) for item in items))
    quotas = {
        item: Fraction(taken) * Fraction(alone[item]) / Fraction(total) * 100
        for item in items
    }
    whole = {
        item: quota.numerator // quota.denominator for item, quota in quotas.items()
    }
    nearest = sorted(items, key=lambda one: (whole[one] - quotas[one], one.item_id))
    n_left = int(taken * 100) - sum(whole.values())
    return {
        item.item_id: Decimal(whole[item] + (nearest.index(item) < n_left)).scaleb(-2)
        for item in items
    }


@remembered
def item_arr(book: Book, item: Item, day: date, forward: bool = False) -> Decimal:
    """What an item bears by itself, less its share of what is off its contract."""
    alone = arr_alone(book, item, day, forward)
    if alone == 0:
        return ZERO
    shares = shares_off(book, item.subscription_id, day, forward)
    return alone - shares.get(item.item_id, ZERO)


# ------------------------------------------------------------------ balances, gaps


@remembered
def products_of(book: Book, account: str) -> tuple[str, ...]:
    """Every product an account ever had an item or an adjustment of."""
    keys = {*book.items, *book.adjustments}
    return tuple(sorted(product for owner, product in keys if owner == account))


@remembered
def currencies_of(book: Book, account: str, product: str) -> tuple[str, ...]:
    """Every currency an account's product was ever sold or adjusted in."""
    key = (account, product)
    sold = {
        book.subscriptions[item.subscription_id].currency
        for item in book.items.get(key, [])
    }
    return tuple(sorted(sold | {row.currency for row in book.adjustments.get(key, [])}))


def items_in(book: Book, account: str, product: str, currency: str) -> list[Item]:
    """The items of an account's product in one currency."""
    return [
        item
        for item in book.items.get((account, product), [])
        if book.subscriptions[item.subscription_id].currency == currency
    ]


def adjusted(
    book: Book, account: str, product: str, currency: str, day: date
) -> Decimal:
    """What approved adjustments add to an account's product on a day."""
    return sum(
        (
            row.arr_amount
            for row in book.adjustments.get((account, product), [])
            if row.currency == currency
            and covers(row.valid_from, row.valid_to, day)
            and not is_unknown_rate(book, currency, day)
            and not is_unknown_account(book, account, day)
        ),
        ZERO,
    )


@remembered
def contract_balance(
    book: Book,
    account: str,
    product: str,
    currency: str,
    day: date,
    forward: bool = False,
) -> Decimal:
    """What items and adjustments give on a day, nothing held."""
    items = items_in(book, account, product, currency)
    return sum(
        (item_arr(book, item, day, forward) for item in items),
        adjusted(book, account, product, currency, day),
    )


@remembered
def is_up(
    book: Book, account: str, product: str, day: date, forward: bool = False
) -> bool:
    """Whether the ARR of an account's product is positive, in any currency."""
    return any(
        contract_balance(book, account, product, currency, day, forward) > 0
        for currency in currencies_of(book, account, product)
    )


@remembered
def change_dates(book: Book, account: str, product: str) -> tuple[date, ...]:
    """Every date on which the ARR of an account's product could change.

    What is free hangs on what else of the family is paid.
    """
    dates = {
        day
        for other in products_of(book, account)
        if book.families[other] == book.families[product]
        for day in own_change_dates(book, account, other)
    }
    return tuple(sorted(dates))


@remembered
def own_change_dates(book: Book, account: str, product: str) -> tuple[date, ...]:
    """Those that its own items, contracts and adjustments give."""
    dates = doubt_edges(book)
    for row in book.adjustments.get((account, product), []):
        dates |= {row.valid_from, row.valid_to}
    for item in book.items.get((account, product), []):
        subscription = book.subscriptions[item.subscription_id]
        dates |= {item.valid_from, item.valid_to}
        dates |= {subscription.started_on, subscription.ends_on}
        dates |= {subscription.trial_ends_on}
        for other in book.contract_items[item.subscription_id]:
            dates |= {other.valid_from, other.valid_to}
            for discount in discounts_of(book, other):
                dates |= {discount.valid_from, discount.valid_to}
        for status in book.statuses.get(item.subscription_id, []):
            edges = {status.valid_from, status.valid_to} - {None}
            grace = timedelta(days=book.past_due_grace_days + 1)
            dates |= edges | {edge + grace for edge in edges if edge}
    return tuple(sorted(day for day in dates if day is not None))


@dataclass(frozen=True)
class Service:
    """An unbroken time in which a product has ARR, as known on as_of."""

    starts_on: date
    ends_on: date | None
    last_ended_on: date | None
    returns_on: date | None = None


@remembered
def services(book: Book, account: str, product: str) -> list[Service]:
    """Every unbroken time of an account's product, the first one first."""
    found: list[Service] = []
    was_up = False
    for day in change_dates(book, account, product):
        if day > book.as_of:
            break
        up = is_up(book, account, product, day)
        if was_up and not up:
            found[-1] = replace(found[-1], ends_on=day)
        if up and not was_up:
            before = found[-1].ends_on if found else None
            if found:
                found[-1] = replace(found[-1], returns_on=day)
            found.append(Service(day, None, before))
        was_up = up
    return found


@remembered
def successors(book: Book, account: str, product: str) -> list[Service]:
    """Times of others of the family that did not come back from a gap of their own."""
    if book.renewal_gap_closed_by != "family":
        return []
    return [
        service
        for other in products_of(book, account)
        if other != product and book.families[other] == book.families[product]
        for service in services(book, account, other)
        if service.last_ended_on is None
        or (service.starts_on - service.last_ended_on).days > book.renewal_grace_days
    ]


def is_within_grace(book: Book, e: date, s: date | None) -> bool:
    """Whether something comes no later than the grace days after an end."""
    return s is not None and (s - e).days <= book.renewal_grace_days


def held_gap(
    book: Book, service: Service, others: list[Service]
) -> tuple[date, date | None] | None:
    """The (e, s) held after a service; s is None while nothing has come."""
    e = service.ends_on
    if e is None:
        return None
    grace = timedelta(days=book.renewal_grace_days)
    came_before = any(
        e - grace <= other.starts_on < e
        and (other.ends_on is None or other.ends_on > e)
        for other in others
    )
    came_after = [
        other.starts_on for other in others if e <= other.starts_on <= e + grace
    ]
    closing = [day for day in (service.returns_on, *came_after) if day is not None]
    s = min(closing, default=None)
    if s is None:
        is_awaited = (book.as_of - e).days < book.renewal_grace_days
        return (e, None) if is_awaited and not came_before else None
    if came_before and not is_within_grace(book, e, service.returns_on):
        return None
    return (e, s) if e < s and is_within_grace(book, e, s) else None


@remembered
def held_gaps(book: Book, account: str, product: str) -> list[tuple[date, date | None]]:
    """The gaps of an account's product that are held."""
    others = successors(book, account, product)
    found = [
        held_gap(book, service, others) for service in services(book, account, product)
    ]
    after = book.as_of + ONE_DAY
    return [
        gap
        for gap in found
        if gap is not None and not is_uncertain(book, account, gap[0], gap[1] or after)
    ]


@remembered
def read_day(book: Book, account: str, product: str, day: date) -> date:
    """The day whose ARR counts on `day`: inside a held gap, the day before it."""
    for e, s in held_gaps(book, account, product):
        if e <= day and (s is None or day < s):
            return e - ONE_DAY
    return day


def is_in_grace(book: Book, account: str, product: str, day: date) -> bool:
    """Whether the ARR of an account's product is a held one."""
    return read_day(book, account, product, day) != day


@remembered
def local_balance(
    book: Book, account: str, product: str, currency: str, day: date
) -> Decimal:
    """The ARR of an account's product in one currency, what is held included."""
    counted_on = read_day(book, account, product, day)
    return contract_balance(book, account, product, currency, counted_on)


@remembered
def quantity_on(book: Book, account: str, product: str, day: date) -> Fraction:
    """The quantity of the items with a price; adjustments have none.

    A currency in which nothing is left of the product has no units.
    """
    counted_on = read_day(book, account, product, day)
    return sum(
        (
            item.quantity
            for currency in currencies_of(book, account, product)
            if contract_balance(book, account, product, currency, counted_on) != 0
            for item in items_in(book, account, product, currency)
            if item_list_arr(book, item, counted_on) != 0
        ),
        Fraction(0),
    )


def plan_rate(book: Book, currency: str, day: date) -> Fraction:
    """The plan rate in force; before the first, the earliest."""
    if currency == book.reporting_currency:
        return Fraction(1)
    rates = book.plan_rates[currency]
    in_force = [rate for valid_from, rate in rates if valid_from <= day]
    return in_force[-1] if in_force else rates[0][1]


@remembered
def arr(
    book: Book, account: str, products: tuple[str, ...], day: date, rate_day: date
) -> Decimal:
    """Balances of a day at the plan rates of another, each rounded to cents."""
    return sum(
        (
            cents(
                Fraction(local_balance(book, account, product, currency, day))
                * plan_rate(book, currency, rate_day)
            )
            for product in products
            for currency in currencies_of(book, account, product)
        ),
        ZERO,
    )


def account_arr(book: Book, account: str, day: date) -> Decimal:
    """The ARR of an account on a balance date."""
    return arr(book, account, products_of(book, account), day, day)


# ------------------------------------------------------------------ carr, usage_arr


def has_signed_arr(book: Book, account: str, product: str, last_day: date) -> bool:
    """Whether the product has ARR on a day of the 12 months after the balance date."""
    horizon = year_after(last_day)
    first = last_day + ONE_DAY
    days = [first, *change_dates(book, account, product)]
    return any(
        is_up(book, account, product, day, True)
        for day in days
        if first <= day <= horizon
    )


def is_succeeded(book: Book, account: str, product: str, last_day: date) -> bool:
    """Whether one of the family that is not there yet is signed."""
    return book.renewal_gap_closed_by == "family" and any(
        not is_up(book, account, other, last_day)
        and not is_in_grace(book, account, other, last_day)
        and has_signed_arr(book, account, other, last_day)
        for other in products_of(book, account)
        if other != product and book.families[other] == book.families[product]
    )


def is_kept_gap(book: Book, account: str, product: str, last_day: date) -> bool:
    """Held in an open gap, and neither it nor a successor is signed."""
    is_open = any(
        s is None and e <= last_day for e, s in held_gaps(book, account, product)
    )
    return (
        is_open
        and not has_signed_arr(book, account, product, last_day)
        and not is_succeeded(book, account, product, last_day)
        and not is_uncertain(
            book, account, last_day + ONE_DAY, year_after(last_day) + ONE_DAY
        )
    )


@remembered
def carr(book: Book, account: str) -> Decimal:
    """What the contracts give 12 months after the last balance date."""
    total = ZERO
    last_day = last_balance_day(book)
    horizon = year_after(last_day)
    for product in products_of(book, account):
        is_kept = is_kept_gap(book, account, product, last_day)
        for currency in currencies_of(book, account, product):
            local = contract_balance(book, account, product, currency, horizon, True)
            if is_kept:
                local += local_balance(book, account, product, currency, last_day)
            total += cents(Fraction(local) * plan_rate(book, currency, last_day))
    return total


@remembered
def usage_arr(book: Book, account: str, day: date) -> Decimal | None:
    """4 x the usage invoiced in the three months ending with a balance date.

    None at a rate that is not known.
    """
    first = month_start(months_before(day, 2))
    lines = [
        line
        for line in book.usage_lines.get(account, [])
        if first <= line.issued_on <= day
    ]
    if any(is_unknown_rate(book, line.currency, day) for line in lines):
        return None
    total = ZERO
    for product, currency in sorted(
        {(line.product_id, line.currency) for line in lines}
    ):
        amount = sum(
            line.amount
            for line in lines
            if (line.product_id, line.currency) == (product, currency)
        )
        total += 4 * cents(amount * plan_rate(book, currency, day))
    return total


# ------------------------------------------------------------------ movements


@remembered
def was_active_before(book: Book, account: str, day: date) -> bool:
    """Whether an account had ARR > 0 at an earlier month end."""
    return any(
        account_arr(book, account, earlier) > 0
        for earlier in balance_days(book)
        if earlier < day
    )


@remembered
def account_label(book: Book, account: str, day: date) -> str | None:
    """What the account did; None where it did neither of the three."""
    opening = account_arr(book, account, months_before(day, 1))
    closing = account_arr(book, account, day)
    if closing > 0 and not was_active_before(book, account, day):
        return "new"
    if opening <= 0 < closing:
        return "reactivation"
    if closing <= 0 < opening:
        return "churn"
    return None


@dataclass(frozen=True)
class Movement:
    """One month of an account, or of what it has in a product family."""

    opening: Decimal
    closing: Decimal
    fx: Decimal
    change: Decimal
    label: str | None

    @property
    def exists(self) -> bool:
        """A row exists where opening or closing is not 0."""
        return self.opening != 0 or self.closing != 0


@remembered
def movement_of(
    book: Book, account: str, products: tuple[str, ...], day: date
) -> Movement:
    """The account's label, else the sign of the change."""
    last = months_before(day, 1)
    opening = arr(book, account, products, last, last)
    closing = arr(book, account, products, day, day)
    fx = arr(book, account, products, last, day) - opening
    change = closing - opening - fx
    label = account_label(book, account, day)
    if label is None and change != 0:
        label = "expansion" if change > 0 else "contraction"
    return Movement(opening, closing, fx, change, label)


def movement_columns(movements: Iterable[Movement]) -> Row:
    """Opening, the five movements, fx and closing of some movements together."""
    rows = list(movements)
    columns: Row = {"opening_arr": sum((row.opening for row in rows), ZERO)}
    for name in MOVEMENTS:
        changes = (row.change for row in rows if row.label == name)
        columns[f"{name}_arr"] = sum(changes, ZERO)
    columns["fx_arr"] = sum((row.fx for row in rows), ZERO)
    columns["closing_arr"] = sum((row.closing for row in rows), ZERO)
    return columns


def usage_days(book: Book) -> list[date]:
    """The balance days, and those before them with usage invoiced."""
    issued = [line.issued_on for lines in book.usage_lines.values() for line in lines]
    days = list(balance_days(book))
    day = months_before(days[0], 1) if days else last_balance_day(book)
    while issued and day >= min(issued):
        days.insert(0, day)
        day = months_before(day, 1)
    return days


def arr_account_months(book: Book) -> list[Row]:
    """One row per account per month with ARR at either end, or with usage."""
    rows = []
    for account in sorted(book.accounts):
        products = products_of(book, account)
        for day in usage_days(book):
            movement = movement_of(book, account, products, day)
            if not movement.exists and usage_arr(book, account, day) == 0:
                continue
            is_last = day == last_balance_day(book)
            rows.append(
                {
                    "account_id": account,
                    "month_start": month_start(day),
                    **movement_columns([movement]),
                    "movement": movement.label,
                    "is_in_grace": any(
                        is_in_grace(book, account, product, day) for product in products
                    ),
                    "carr": carr(book, account) if is_last else None,
                    "usage_arr": usage_arr(book, account, day),
                }
            )
    return rows


def arr_product_months(book: Book) -> list[Row]:
    """One row per account, product and month with closing ARR."""
    rows = []
    for account in sorted(book.accounts):
        for product in products_of(book, account):
            for day in balance_days(book):
                closing = arr(book, account, (product,), day, day)
                if closing != 0:
                    quantity = quantity_on(book, account, product, day)
                    rows.append(
                        {
                            "account_id": account,
                            "product_id": product,
                            "month_start": month_start(day),
                            "quantity": half_away(quantity, 6),
                            "closing_arr": closing,
                            "is_in_grace": is_in_grace(book, account, product, day),
                        }
                    )
    return rows


def lifecycle(first_month: date | None, current: Decimal) -> str:
    """MARTS: a prospect never had ARR; an active account has some now."""
    if current > 0:
        return "active"
    return "churned" if first_month else "prospect"


def accounts(book: Book) -> list[Row]:
    """One row per ultimate account."""
    rows = []
    for account, attributes in sorted(book.accounts.items()):
        days = balance_days(book)
        active = [day for day in days if account_arr(book, account, day) > 0]
        first_month = month_start(active[0]) if active else None
        current = account_arr(book, account, last_balance_day(book))
        rows.append(
            {
                **attributes,
                "first_arr_month": first_month,
                "current_arr": current,
                "carr": carr(book, account),
                "usage_arr": usage_arr(book, account, last_balance_day(book)),
                "lifecycle": lifecycle(first_month, current),
            }
        )
    return rows


# ------------------------------------------------------------------ drivers


@dataclass(frozen=True)
class Ends:
    """An account's product at both ends of a month, at the closing month's rates."""

    product: str
    opening: Decimal
    closing: Decimal
    was_free: bool = False
    is_free: bool = False

    @property
    def change(self) -> Decimal:
        """What the product moved, fx excluded."""
        return self.closing - self.opening

    @property
    def came(self) -> bool:
        """Absent before and now there; what was free is no newcomer."""
        return self.opening <= 0 < self.closing and not self.was_free

    @property
    def left(self) -> bool:
        """The reverse."""
        return self.closing <= 0 < self.opening and not self.is_free


def driver_row(
    account: str,
    day: date,
    driver: str,
    delta: Decimal,
    ends: Ends,
    previous: str | None = None,
) -> Row:
    """One row of expansion_drivers."""
    return {
        "account_id": account,
        "product_id": ends.product,
        "previous_product_id": previous,
        "month_start": month_start(day),
        "driver": driver,
        "arr_delta": delta,
        "opening_arr": ends.opening,
        "closing_arr": ends.closing,
    }


def in_tier_order(book: Book, ends: Iterable[Ends]) -> list[Ends]:
    """Tier_rank descending, those without a rank last, then product_id."""

    def place(product: str) -> tuple[bool, int, str]:
        rank = book.tier_ranks[product]
        return (rank is None, -(rank or 0), product)

    return sorted(ends, key=lambda one: place(one.product))


def tier_driver(book: Book, came: str, left: str, delta: Decimal) -> str:
    """By rank; where ranks do not tell, by the sign of the net."""
    new_rank, old_rank = book.tier_ranks[came], book.tier_ranks[left]
    if new_rank is None or old_rank is None or new_rank == old_rank:
        return "tier_upgrade" if delta >= 0 else "tier_downgrade"
    return "tier_upgrade" if new_rank > old_rank else "tier_downgrade"


def switch_rows(book: Book, account: str, day: date, ends: list[Ends]) -> list[Row]:
    """Products that came and left; pairs of a family net to a tier change."""
    rows = []
    for family in sorted({book.families[one.product] for one in ends}):
        members = [one for one in ends if book.families[one.product] == family]
        came = in_tier_order(book, (one for one in members if one.came))
        left = in_tier_order(book, (one for one in members if one.left))
        n_pairs = min(len(came), len(left))
        for new, old in zip(came[:n_pairs], left[:n_pairs], strict=True):
            delta = new.change + old.change
            driver = tier_driver(book, new.product, old.product, delta)
            pair = Ends(new.product, old.opening, new.closing)
            rows.append(driver_row(account, day, driver, delta, pair, old.product))
        for one in came[n_pairs:]:
            rows.append(driver_row(account, day, "cross_sell", one.change, one))
        for one in left[n_pairs:]:
            rows.append(driver_row(account, day, "product_drop", one.change, one))
    return rows


@dataclass(frozen=True)
class Line:
    """A line of a product on a day, in its own currency; an adjustment has no units."""

    is_adjustment: bool
    item_id: str
    arr: Decimal
    list_arr: Decimal
    present_id: str
    subscription_id: str
    currency: str
    quantity: Fraction
    unit_price: Fraction

    @property
    def size(self) -> tuple[Fraction, Fraction, bool, str, Decimal]:
        """The largest first, adjustments last."""
        return (
            -self.quantity,
            -self.unit_price,
            self.is_adjustment,
            self.item_id,
            self.arr,
        )


Lines = list[Line]
Pair = tuple[Lines, Lines]


def item_line(book: Book, item: Item, day: date) -> Line:
    """What an item is on a day."""
    return Line(
        is_adjustment=False,
        item_id=item.item_id,
        arr=item_arr(book, item, day),
        list_arr=item_list_arr(book, item, day),
        present_id=followed(item.item_id, book.next_items),
        subscription_id=followed(item.subscription_id, book.next_contracts),
        currency=book.subscriptions[item.subscription_id].currency,
        quantity=item.quantity,
        unit_price=annualised(item, item.unit_price),
    )


def is_there(book: Book, item: Item, day: date) -> bool:
    """In force at a price, whatever is discounted."""
    return item_list_arr(book, item, day) > 0


def is_free(book: Book, item: Item, day: date) -> bool:
    """In force, and all of its price is off."""
    return is_there(book, item, day) and item_arr(book, item, day) == 0


def lines_on(book: Book, account: str, product: str, day: date) -> Lines:
    """The items and adjustments that are counted on a day."""
    counted_on = read_day(book, account, product, day)
    items = [
        item_line(book, item, counted_on)
        for item in book.items.get((account, product), [])
        if is_there(book, item, counted_on)
    ]
    adjustments = [
        Line(
            is_adjustment=True,
            item_id=row.adjustment_id,
            arr=row.arr_amount,
            list_arr=row.arr_amount,
            present_id=row.adjustment_id,
            subscription_id="",
            currency=row.currency,
            quantity=Fraction(0),
            unit_price=Fraction(0),
        )
        for row in book.adjustments.get((account, product), [])
        if covers(row.valid_from, row.valid_to, counted_on) and row.arr_amount != 0
    ]
    return items + adjustments


def step_days(book: Book, items: Sequence[Item], day: date) -> dict[date, set[str]]:
    """The days of a month on which steps start, and on which subscriptions."""
    found: dict[date, set[str]] = {}
    for item in items:
        s = item.valid_from
        is_due = item.is_contracted_step and month_start(day) <= s <= day
        if is_due and is_there(book, item, s):
            found.setdefault(s, set()).add(item.subscription_id)
    return found


def contracts_ended(book: Book, items: Sequence[Item], s: date) -> Lines:
    """The last lines of subscriptions that end on a day."""
    going_on = {item.subscription_id for item in items if is_there(book, item, s)}
    return [
        item_line(book, item, s - ONE_DAY)
        for item in items
        if is_there(book, item, s - ONE_DAY) and item.subscription_id not in going_on
    ]


def lines_held_to(book: Book, account: str, product: str, s: date) -> Lines:
    """What is held through a gap that closes on a day."""
    return [
        item_line(book, item, e - ONE_DAY)
        for e, back_on in held_gaps(book, account, product)
        if back_on == s
        for item in book.items.get((account, product), [])
        if item_arr(book, item, e - ONE_DAY) > 0 and not is_there(book, item, e)
    ]


def contracted_steps(
    book: Book, account: str, product: str, day: date
) -> tuple[Lines, Lines]:
    """On each date a step starts: what starts, and what it takes the place of."""
    items = book.items.get((account, product), [])
    started: Lines = []
    ended: Lines = []
    for s, subscriptions in sorted(step_days(book, items, day).items()):
        opens_a_contract = False
        for subscription in sorted(subscriptions):
            mine = [item for item in items if item.subscription_id == subscription]
            started += [
                item_line(book, item, s)
                for item in mine
                if item.valid_from == s and is_there(book, item, s)
            ]
            amended = [
                item_line(book, item, s - ONE_DAY)
                for item in mine
                if item.valid_to == s and is_there(book, item, s - ONE_DAY)
            ]
            ended += amended
            opens_a_contract = opens_a_contract or not amended
        if opens_a_contract:
            ended += contracts_ended(book, items, s)
            ended += lines_held_to(book, account, product, s)
    return started, ended


def left_over(plus: Sequence[Lines], minus: Sequence[Lines]) -> Pair:
    """Lines less lines: those that are left below zero, and above."""
    counts: dict[Line, int] = {}
    for sign, groups in ((1, plus), (-1, minus)):
        for group in groups:
            for line in group:
                counts[line] = counts.get(line, 0) + sign
    below = sorted((x for x, n in counts.items() if n < 0), key=lambda x: x.size)
    above = sorted((x for x, n in counts.items() if n > 0), key=lambda x: x.size)
    return below, above


def taken_together(
    before: Lines, after: Lines, key: Callable[[Line], Any]
) -> Iterable[Pair]:
    """All lines with one key at both ends are one; they leave the two lists."""
    for value in {key(line) for line in before} & {key(line) for line in after}:
        pair = (
            [line for line in before if key(line) == value],
            [line for line in after if key(line) == value],
        )
        before[:] = [line for line in before if key(line) != value]
        after[:] = [line for line in after if key(line) != value]
        yield pair


def one_by_one(
    before: Lines, after: Lines, key: Callable[[Line], Any]
) -> Iterable[Pair]:
    """Within a key the largest with the largest; they leave the two lists."""
    for group in taken_together(before, after, key):
        n_pairs = min(len(group[0]), len(group[1]))
        for old, new in zip(group[0][:n_pairs], group[1][:n_pairs], strict=True):
            yield [old], [new]
        before += group[0][n_pairs:]
        after += group[1][n_pairs:]
        before.sort(key=lambda line: line.size)
        after.sort(key=lambda line: line.size)


def line_pairs(before: Lines, after: Lines) -> list[Pair]:
    """Which lines of the opening are which of the closing; the rest stands alone."""
    before, after = list(before), list(after)
    pairs = list(
        taken_together(before, after, lambda x: (x.is_adjustment, x.present_id))
    )
    pairs += taken_together(
        before, after, lambda x: (x.is_adjustment, x.currency, x.unit_price)
    )
    keys: tuple[Callable[[Line], Any], ...] = (
        lambda x: (x.subscription_id, x.quantity),
        lambda x: x.subscription_id,
        lambda x: x.quantity,
        lambda x: None,
    )
    for key in keys:
        pairs += one_by_one(before, after, key)
    return pairs + [([line], []) for line in before] + [([], [line]) for line in after]


def discount_changed(book: Book, item: Item, day: date) -> bool:
    """A counted discount of a bearing item started or ended in the month."""
    first = month_start(day)
    for discount in discounts_of(book, item):
        if first <= discount.valid_from <= day and is_there(
            book, item, discount.valid_from
        ):
            return True
        ended = discount.valid_to
        if (
            ended is not None
            and first <= ended <= day
            and is_there(book, item, ended - ONE_DAY)
        ):
            return True
    return False


def seats_delta(a0: Decimal, q0: Fraction, a1: Decimal, q1: Fraction) -> Decimal:
    """(p0 + p1) / 2 x (q1 - q0), p the ARR per unit."""
    p0, p1 = Fraction(a0) / q0, Fraction(a1) / q1
    return cents((p0 + p1) / 2 * (q1 - q0))


def discount_delta(off0: Decimal, q0: Fraction, off1: Decimal, q1: Fraction) -> Decimal:
    """-(q0 + q1) / 2 x (g1 - g0), g what is off per unit."""
    g0, g1 = Fraction(off0) / q0, Fraction(off1) / q1
    return cents(-(q0 + q1) / 2 * (g1 - g0))


def valued(book: Book, lines: Lines, day: date) -> tuple[Fraction, Decimal, Decimal]:
    """Units of lines, their ARR, and what is off their list price."""
    rates = [plan_rate(book, line.currency, day) for line in lines]
    both = list(zip(lines, rates, strict=True))
    arr_now = sum((cents(Fraction(x.arr) * rate) for x, rate in both), ZERO)
    full = sum((cents(Fraction(x.list_arr) * rate) for x, rate in both), ZERO)
    return sum((x.quantity for x in lines), Fraction(0)), arr_now, full - arr_now


def price_of_moved_units(
    book: Book, day: date, pairs: Sequence[Pair], seats: Sequence[Decimal]
) -> Decimal:
    """What units cost more that went from a contract that left to lines of others.

    Or less; and the same for a contract that came with units of others.
    """
    joined = {
        line.subscription_id
        for pair in pairs
        if all(pair)
        for side in pair
        for line in side
    }
    total = ZERO
    for end, sign in ((0, 1), (1, -1)):
        loose = [
            line
            for pair in pairs
            if not pair[1 - end]
            for line in pair[end]
            if line.quantity > 0 and line.subscription_id not in joined
        ]
        units, arr, _ = valued(book, loose, day)
        other_units, other_arr = Fraction(0), ZERO
        for pair, delta in zip(pairs, seats, strict=True):
            q0, q1 = (valued(book, side, day)[0] for side in pair)
            if all(pair) and q0 > 0 and q1 > 0 and sign * (q1 - q0) > 0:
                other_units += abs(q1 - q0)
                other_arr += sign * delta
        if units > 0 and other_units > 0:
            gap = Fraction(other_arr) / other_units - Fraction(arr) / units
            total += cents(sign * min(units, other_units) * gap)
    return total


def pair_deltas(
    book: Book, items: Sequence[Item], day: date, pair: Pair
) -> tuple[Decimal, Decimal]:
    """Discount and seats of lines that are one; what is alone came or left."""
    (q0, a0, off0), (q1, a1, off1) = (valued(book, side, day) for side in pair)
    if not (pair[0] and pair[1]):
        return ZERO, a1 - a0 if q0 + q1 > 0 else ZERO
    if q0 <= 0 or q1 <= 0:
        return ZERO, ZERO
    named = {x.item_id for side in pair for x in side if not x.is_adjustment}
    discount = ZERO
    if any(
        discount_changed(book, item, day) for item in items if item.item_id in named
    ):
        discount = discount_delta(off0, q0, off1, q1)
    return discount, seats_delta(a0, q0, a1, q1)


def same_product_deltas(
    book: Book, account: str, day: date, ends: Ends
) -> dict[str, Decimal]:
    """Step, then discount and seats line by line, and price is what remains."""
    last, product = months_before(day, 1), ends.product
    opening = lines_on(book, account, product, last)
    closing = lines_on(book, account, product, day)
    started, ended = contracted_steps(book, account, product, day)
    deltas = dict.fromkeys(("contracted_step", "discount", "seats"), ZERO)
    for sign, lines in ((1, started), (-1, ended)):
        for line in lines:
            rate = plan_rate(book, line.currency, day)
            deltas["contracted_step"] += sign * cents(Fraction(line.arr) * rate)
    before, after = left_over([closing, ended], [opening, started])
    items = book.items.get((account, product), [])
    pairs = line_pairs(before, after)
    split = [pair_deltas(book, items, day, pair) for pair in pairs]
    deltas["discount"] += sum((discount for discount, _ in split), ZERO)
    seats = [seats for _, seats in split]
    deltas["seats"] += sum(seats, ZERO)
    deltas["seats"] -= price_of_moved_units(book, day, pairs, seats)
    deltas["price"] = ends.change - sum(deltas.values())
    return deltas


def same_product_rows(book: Book, account: str, day: date, ends: Ends) -> list[Row]:
    """The drivers of a product that is there, or not, at both ends."""
    deltas = same_product_deltas(book, account, day, ends)
    return [
        driver_row(account, day, driver, delta, ends)
        for driver, delta in deltas.items()
    ]


def is_as_it_was(book: Book, account: str, product: str, day: date) -> bool:
    """A product that closes a month as it opened it moved nothing in between."""
    opening = lines_on(book, account, product, months_before(day, 1))
    return left_over([lines_on(book, account, product, day)], [opening]) == ([], [])


def turned(book: Book, account: str, product: str, free_on: date, day: date) -> bool:
    """Whether an item is free on one day and charged for on another."""
    return any(
        is_free(book, item, free_on) and item_arr(book, item, day) > 0
        for item in book.items.get((account, product), [])
    )


def driver_rows(book: Book, account: str, day: date) -> list[Row]:
    """The drivers of an account active at both ends of a month."""
    last = months_before(day, 1)
    all_ends = [
        Ends(
            product,
            arr(book, account, (product,), last, day),
            arr(book, account, (product,), day, day),
            was_free=turned(book, account, product, last, day),
            is_free=turned(book, account, product, day, last),
        )
        for product in products_of(book, account)
    ]
    present = [one for one in all_ends if one.opening != 0 or one.closing != 0]
    rows = switch_rows(
        book, account, day, [one for one in present if one.came or one.left]
    )
    for one in present:
        stays = not (one.came or one.left)
        if stays and not is_as_it_was(book, account, one.product, day):
            rows += same_product_rows(book, account, day, one)
    return [row for row in rows if row["arr_delta"] != 0]


def expansion_drivers(book: Book) -> list[Row]:
    """One row per account, product, month and driver."""
    return [
        row
        for account in sorted(book.accounts)
        for day in balance_days(book)
        if account_arr(book, account, months_before(day, 1)) > 0
        and account_arr(book, account, day) > 0
        for row in driver_rows(book, account, day)
    ]


# ------------------------------------------------------------------ scopes


@dataclass(frozen=True)
class Scope:
    """A part of the book: accounts, each with the products that count in it."""

    scope_type: str
    scope_value: str
    parts: tuple[tuple[str, tuple[str, ...]], ...]


def scopes(book: Book) -> list[Scope]:
    """Company, segment, country, industry, product family."""
    whole = {account: products_of(book, account) for account in sorted(book.accounts)}
    found = [Scope("company", "all", tuple(whole.items()))]
    for attribute in SCOPE_ATTRIBUTES:
        for value in sorted({row[attribute] for row in book.accounts.values()}):
            members = tuple(
                (account, products)
                for account, products in whole.items()
                if book.accounts[account][attribute] == value
            )
            found.append(Scope(attribute, value, members))
    for family in sorted(set(book.families.values())):
        members = tuple(
            (account, tuple(p for p in products if book.families[p] == family))
            for account, products in whole.items()
        )
        found.append(Scope("product_family", family, members))
    return found


def scope_days(book: Book, scope: Scope) -> list[date]:
    """From the scope's first month with ARR to the last month."""
    days = balance_days(book)
    for position, day in enumerate(days):
        if any(
            arr(book, account, products, day, day) != 0
            for account, products in scope.parts
        ):
            return list(days[position:])
    return []


def bridge_row(book: Book, scope: Scope, day: date) -> Row:
    """One month of a scope."""
    movements = [
        movement_of(book, account, products, day) for account, products in scope.parts
    ]
    movements = [movement for movement in movements if movement.exists]
    counts = {
        f"n_{name}_accounts": sum(movement.label == name for movement in movements)
        for name in MOVEMENTS
    }
    return {
        "scope_type": scope.scope_type,
        "scope_value": scope.scope_value,
        "month_start": month_start(day),
        **movement_columns(movements),
        "n_accounts": sum(movement.closing > 0 for movement in movements),
        **counts,
    }


def arr_bridge_months(book: Book) -> list[Row]:
    """One row per scope and month."""
    return [
        bridge_row(book, scope, day)
        for scope in scopes(book)
        for day in scope_days(book, scope)
    ]


# ------------------------------------------------------------------ retention


@dataclass(frozen=True)
class CohortPart:
    """What an account of the cohort had in the scope then, at today's rates, and has.

    `had_arr` is whether it had ARR in the scope then, at the rates of then.
    """

    opening: Decimal
    closing: Decimal
    had_arr: bool


def cohort_of(book: Book, scope: Scope, day: date, months: int) -> list[CohortPart]:
    """The accounts of the scope with any ARR so many months ago."""
    then = months_before(day, months)
    return [
        CohortPart(
            opening=arr(book, account, products, then, day),
            closing=arr(book, account, products, day, day),
            had_arr=arr(book, account, products, then, then) > 0,
        )
        for account, products in scope.parts
        if account_arr(book, account, then) > 0
    ]


def retention_row(
    scope: Scope,
    day: date,
    metric: str,
    numerator: Decimal,
    denominator: Decimal,
    n_accounts: int,
    openings: Sequence[Decimal],
) -> Row:
    """One row of retention_months; the share is of the opening ARR."""
    return {
        "scope_type": scope.scope_type,
        "scope_value": scope.scope_value,
        "month_start": month_start(day),
        "metric_id": metric,
        "numerator": numerator,
        "denominator": denominator,
        "value": rate_or_none(numerator, denominator),
        "n_accounts": n_accounts,
        "top_account_share": rate_or_none(
            max(openings, default=ZERO), sum(openings, ZERO)
        ),
    }


def cohort_rows(book: Book, scope: Scope, day: date, months: int) -> list[Row]:
    """Net, gross and logo retention over some months.

    What an adjustment put below zero in a family was in no cohort of that family.
    """
    cohort = cohort_of(book, scope, day, months)
    customers = [part for part in cohort if part.had_arr]
    openings = [part.opening for part in customers]
    opening = sum(openings, ZERO)
    ratios = {
        "net_revenue_retention": (
            sum((part.closing for part in cohort), ZERO),
            opening,
        ),
        "gross_revenue_retention": (
            sum((min(part.closing, part.opening) for part in customers), ZERO),
            opening,
        ),
        "logo_retention": (
            Decimal(sum(part.closing > 0 for part in customers)),
            Decimal(len(customers)),
        ),
    }
    return [
        retention_row(
            scope, day, f"{name}_{months}m", top, bottom, len(customers), openings
        )
        for name, (top, bottom) in ratios.items()
    ]


def flow_row(book: Book, scope: Scope, day: date) -> Row:
    """Nrr_flow_12m, over all accounts of the scope, cohort or not."""
    then = months_before(day, 12)
    openings = [
        arr(book, account, products, then, day) for account, products in scope.parts
    ]
    opening = sum(openings, ZERO)
    flows = ZERO
    for months in range(12):
        row = bridge_row(book, scope, months_before(day, months))
        flows += row["expansion_arr"] + row["contraction_arr"] + row["churn_arr"]
    customers = [part for part in cohort_of(book, scope, day, 12) if part.had_arr]
    return retention_row(
        scope, day, "nrr_flow_12m", opening + flows, opening, len(customers), openings
    )


def retention_months(book: Book) -> list[Row]:
    """One row per scope, month of its bridge and metric."""
    rows = []
    for scope in scopes(book):
        for day in scope_days(book, scope):
            for months in (12, 3, 1):
                rows += cohort_rows(book, scope, day, months)
            rows.append(flow_row(book, scope, day))
    return rows


# ------------------------------------------------------------------ the marts


def marts_of(book: Book) -> dict[str, list[Row]]:
    """Every finance mart of a book."""
    return {
        "accounts": accounts(book),
        "arr_account_months": arr_account_months(book),
        "arr_product_months": arr_product_months(book),
        "expansion_drivers": expansion_drivers(book),
        "arr_bridge_months": arr_bridge_months(book),
        "retention_months": retention_months(book),
    }


def compute(
    tables: Tables,
    as_of: date,
    policy: Mapping[str, Any] | None = None,
    refused: Tables | None = None,
) -> dict[str, list[Row]]:
    """Every finance mart of raw rows given as text.

    `tables` are the rows that were admitted, `refused` those that were not, with why.
    """
    return marts_of(build_book(tables, as_of, policy or {}, refused or {}))


def compute_folder(
    folder: Path, as_of: date, policy: Mapping[str, Any] | None = None
) -> dict[str, list[Row]]:
    """Every finance mart of a folder of CSVs in the raw contract."""
    return compute(read_folder(folder), as_of, policy)
