"""Random valid raw folders, drawn so that the hard cases are likely and collide.

`raw_folders()` draws the tables the finance marts read, an as_of date and a policy;
`write_folder` writes them as the CSVs of the raw contract. Dates come from a few shared
days of the folder, so that a renewal, a rate change, a merge and a month end meet.
"""

import csv
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from orchestration.raw_sources import contract

Row = dict[str, str]
Tables = dict[str, list[Row]]

COLUMNS = {table: list(rules["columns"]) for table, rules in contract().items()}
CORE = (
    "billing__products",
    "billing__subscriptions",
    "billing__subscription_items",
    "crm__accounts",
)

AS_OF_DATES = (
    date(2025, 6, 30),
    date(2025, 7, 17),
    date(2024, 2, 29),
    date(2024, 3, 10),
    date(2024, 12, 31),
)
LEAP_DAY = date(2024, 2, 29)
HISTORY_DAYS = 900
GAPS = (0, 0, 0, 0, 0, 0, 1, 15, 29, 30, 30, 31, 45, 60)
LENGTHS = (90, 181, 45, 31, 30, 28, 14, 1, 365, 366, 120)
STATUS_LENGTHS = (1, 15, 30, 45, 60, 89, 90, 91, 92, 120, 200)
STATUSES = ("active", "active", "past_due", "past_due", "paused", "cancelled")
QUANTITIES = ("1", "1", "2", "3", "7", "10", "25", "0.5", "2.5", "0.333", "1.125", "0")
PRICES = {
    "day": ("0.5", "1.005", "0", "0.041667", "0.333333", "2.0001"),
    "week": ("5", "0.125", "0", "3.335", "7.777777", "19.99"),
    "month": ("15", "20", "0", "99.99", "0.005", "12.345", "33.333333", "15.01"),
    "year": ("1000", "2000", "0", "100.005", "0.015", "33.335", "833.333333"),
}
INTERVAL_COUNTS = (1, 1, 1, 2, 3, 6, 7, 8, 12, 24, 36)
PERCENTS = ("10", "20", "50", "100", "100", "33.333", "7.25", "12.5", "0.5")
AMOUNTS_OFF = ("0.01", "5", "2.5", "9.995", "100", "0.005")
RATES = {
    "USD": ("1.1", "0.5"),
    "EUR": ("1.1", "1.25", "1.125", "0.5", "0.85", "1.333333"),
    "JPY": ("0.0067", "0.0075", "0.006667", "0.005"),
}
ADJUSTMENTS = ("100", "-100", "0.005", "-0.005", "1234.565", "-2000", "-15", "5000")
LINE_AMOUNTS = ("100", "33.33", "0.01", "-20.05", "1250.55", "0.05")
LINE_TYPES = ("charge", "charge", "proration", "credit", "one_time")
CHANGES = ("product", "seats", "price", "both", "step", "product", "step", "none")
LINES = (
    (("1", "1000"), ("50", "10")),
    (("10", "20"), ("40", "15"), ("5", "10")),
    (("1", "99.99"), ("7", "12.345")),
)
FAMILIES = ("suite", "suite", "suite", "suite", "addons", "")


class RawFolder(NamedTuple):
    """The tables of a folder, and what it is to be read with."""

    tables: Tables
    as_of: date
    policy: dict[str, Any]


@dataclass
class Draft:
    """A folder being drawn."""

    draw: DrawFn
    as_of: date
    hot_days: list[date]
    accounts: list[str] = field(default_factory=list)
    products: list[str] = field(default_factory=list)
    currencies: list[str] = field(default_factory=list)
    tables: Tables = field(default_factory=lambda: {name: [] for name in COLUMNS})

    def pick(self, options: Any) -> Any:
        """One of some options; the first is the simplest."""
        return self.draw(st.sampled_from(options))

    def chance(self, one_in: int) -> bool:
        """True once in so many times."""
        return self.draw(st.integers(1, one_in)) == one_in

    def count(self, low: int, high: int) -> int:
        """How many of something."""
        return self.draw(st.integers(low, high))

    def day(self) -> date:
        """A day, most often one the folder shares."""
        if not self.chance(4):
            return self.pick(self.hot_days)
        return self.as_of + timedelta(days=self.count(-HISTORY_DAYS, 40))

    def early_day(self) -> date:
        """A day, most often one that leaves time for a history."""
        latest = self.as_of - timedelta(days=180)
        early = [day for day in self.hot_days if day < latest]
        if early and self.chance(2):
            return self.pick(early)
        if self.chance(4):
            return self.day()
        return latest - timedelta(days=self.count(0, HISTORY_DAYS - 180))

    def day_after(self, start: date) -> date:
        """A day later than another: a usual length, or a shared day."""
        later = [day for day in self.hot_days if day > start]
        return self.pick([start + timedelta(days=days) for days in LENGTHS] + later)

    def add(self, table: str, **values: object) -> Row:
        """Add a row; what is not given is empty."""
        row = dict.fromkeys(COLUMNS[table], "")
        row |= {name: text(value) for name, value in values.items()}
        self.tables[table].append(row)
        return row

    def next_id(self, table: str, prefix: str) -> str:
        """The next id of a table."""
        return f"{prefix}{len(self.tables[table]) + 1}"


def text(value: object) -> str:
    """A value as the raw contract writes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def notable_days(as_of: date) -> list[date]:
    """Days on which rules meet: month ends and starts, the leap day, grace edges."""
    days = [as_of - timedelta(days=back) for back in (0, 1, 29, 30, 31, 60, 90, 91)]
    first = as_of.replace(day=1)
    for _ in range(HISTORY_DAYS // 30):
        days += [first, first - timedelta(days=1), first.replace(day=15)]
        first = (first - timedelta(days=1)).replace(day=1)
    ahead = [as_of + timedelta(days=forward) for forward in (1, 20, 200, 365, 400)]
    return [LEAP_DAY, LEAP_DAY + timedelta(days=1), *days, *ahead]


# ------------------------------------------------------------------ masters


def add_accounts(draft: Draft) -> None:
    """Accounts; parents and merges point to earlier accounts, so never in a ring."""
    for number in range(draft.count(3, 12)):
        account = f"a{number}"
        before = draft.accounts or [""]
        draft.add(
            "crm__accounts",
            account_id=account,
            account_name=f"Account {number}",
            parent_account_id=draft.pick(before) if draft.chance(4) else "",
            merged_into_account_id=draft.pick(before) if draft.chance(7) else "",
            segment=draft.pick(("smb", "enterprise", "")),
            industry=draft.pick(("", "retail", "health")),
            country=draft.pick(("US", "DE", "")),
            csm_user_id=draft.pick(("", "u1")),
            account_manager_user_id=draft.pick(("", "u2")),
            created_on=draft.as_of - timedelta(days=HISTORY_DAYS + 30),
        )
        draft.accounts.append(account)


def add_products(draft: Draft) -> None:
    """Products in families with tiers; migrations point to earlier products."""
    for number in range(draft.count(2, 6)):
        product = f"p{number}"
        draft.add(
            "billing__products",
            product_id=product,
            product_name=f"Product {number}",
            product_family=draft.pick(FAMILIES),
            tier_rank=draft.pick(("1", "2", "3", "4", "2", "")),
            unit_of_measure="seat",
        )
        if draft.products and draft.chance(6):
            draft.add(
                "billing__product_migrations",
                old_product_id=product,
                new_product_id=draft.pick(draft.products),
                effective_on=draft.day(),
            )
        draft.products.append(product)


def add_rates(draft: Draft) -> None:
    """Plan rates that change in the middle of history, and decoys."""
    draft.currencies = ["USD", *("EUR", "JPY")[: draft.pick((0, 1, 2, 1))]]
    for currency in draft.currencies:
        early = draft.as_of - timedelta(days=HISTORY_DAYS + 10)
        known = [early] + [day for day in draft.hot_days if day <= draft.as_of]
        days = {draft.pick(known)} if currency != "USD" else set()
        days |= {draft.day() for _ in range(draft.pick((0, 1, 2, 3, 4)))}
        days |= {draft.early_day()} if currency != "USD" else set()
        for day in sorted(days):
            add_rate(draft, currency, "plan", day)
        if draft.chance(3):
            add_rate(draft, currency, "spot", draft.day())


def add_rate(draft: Draft, currency: str, rate_type: str, day: date) -> None:
    """One rate of a currency."""
    draft.add(
        "billing__fx_rates",
        currency=currency,
        rate_type=rate_type,
        valid_from=day,
        rate=draft.pick(RATES[currency]),
    )


# ------------------------------------------------------------------ contracts


def add_subscription(draft: Draft, account: str, currency: str, starts_on: date) -> Row:
    """A subscription that starts on, or around, its first item."""
    started_on = starts_on + timedelta(days=draft.pick((0, 0, 0, -10, 5)))
    trial_days = draft.pick((None, None, None, None, 0, 14, 45))
    return draft.add(
        "billing__subscriptions",
        subscription_id=draft.next_id("billing__subscriptions", "s"),
        account_id=account,
        currency=currency,
        started_on=started_on,
        trial_ends_on=(
            None if trial_days is None else started_on + timedelta(days=trial_days)
        ),
        cancelled_on=draft.day() if draft.chance(8) else None,
        ends_on=draft.day_after(started_on) if draft.chance(6) else None,
        term_ends_on=draft.day() if draft.chance(4) else None,
        auto_renew=draft.pick(("", "true", "false")),
    )


def drawn_price(draft: Draft, interval: str) -> str:
    """A price of up to six decimals, often one that makes half cents."""
    if not draft.chance(4):
        return draft.pick(PRICES[interval])
    ceiling = {"day": 20_000, "week": 100_000, "month": 500_000, "year": 5_000_000}
    units = draft.draw(st.integers(1, ceiling[interval]))
    return format(Decimal(units).scaleb(-draft.pick((3, 4, 6))), "f")


def add_item(draft: Draft, subscription: str, start: date, **terms: object) -> Row:
    """An item of a subscription; terms that are not given are drawn."""
    interval = draft.pick(("month", "year", "week", "day"))
    drawn = {
        "product_id": draft.pick(draft.products),
        "charge_type": draft.pick(("recurring",) * 10 + ("usage", "one_time")),
        "billing_interval": interval,
        "interval_count": draft.pick(INTERVAL_COUNTS),
        "quantity": draft.pick(QUANTITIES),
        "unit_price": drawn_price(draft, interval),
        "valid_to": None if draft.chance(5) else draft.day_after(start),
    }
    return draft.add(
        "billing__subscription_items",
        item_id=draft.next_id("billing__subscription_items", "i"),
        subscription_id=subscription,
        valid_from=start,
        **(drawn | terms),
    )


def other_products(draft: Draft, product: str) -> list[str]:
    """Products to change to; mostly tiers of the same family where there are some."""
    family = {
        row["product_id"]: row["product_family"]
        for row in draft.tables["billing__products"]
    }
    others = [one for one in draft.products if one != product]
    tiers = [one for one in others if family[one] == family[product] != ""]
    return others if draft.chance(5) else tiers or others


def replacement_terms(draft: Draft, item: Row) -> dict[str, object]:
    """What the next item keeps of an item and what it changes."""
    kept = ("product_id", "charge_type", "billing_interval", "interval_count")
    terms: dict[str, object] = {name: item[name] for name in kept}
    terms |= {"quantity": item["quantity"], "unit_price": item["unit_price"]}
    change = draft.pick(CHANGES)
    if change in ("seats", "both", "step"):
        terms["quantity"] = draft.pick(QUANTITIES)
    if change in ("price", "both"):
        terms["unit_price"] = drawn_price(draft, item["billing_interval"])
    if change == "product":
        terms["product_id"] = draft.pick(other_products(draft, item["product_id"]))
    if change == "step" and item["charge_type"] == "recurring":
        terms |= {"is_contracted_step": True, "change_reason": "step_up"}
    return terms


def add_line(draft: Draft, account: str) -> None:
    """What an account buys over time: items and subscriptions in sequence."""
    start = draft.early_day()
    currency = draft.pick(draft.currencies[::-1])
    subscription = add_subscription(draft, account, currency, start)
    item = add_item(draft, subscription["subscription_id"], start)
    for _ in range(draft.count(0, 5)):
        if not item["valid_to"]:
            break
        ended_on = date.fromisoformat(item["valid_to"])
        start = ended_on + timedelta(days=draft.pick(GAPS))
        terms = replacement_terms(draft, item)
        if draft.chance(3):
            if draft.chance(2) and subscription["started_on"] < item["valid_to"]:
                subscription["ends_on"] = item["valid_to"]
            currency = draft.pick(draft.currencies) if draft.chance(4) else currency
            subscription = add_subscription(draft, account, currency, start)
        item = add_item(draft, subscription["subscription_id"], start, **terms)


def add_lines_of_one_product(draft: Draft, account: str) -> None:
    """A fee beside seats, or tiers: several lines of one product, amended together."""
    start = draft.early_day()
    product = draft.pick(draft.products)
    currency = draft.pick(draft.currencies[::-1])
    subscription = add_subscription(draft, account, currency, start)
    lines = list(draft.pick(LINES))
    for _ in range(draft.count(1, 4)):
        end = draft.day_after(start)
        for quantity, price in lines:
            add_item(
                draft,
                subscription["subscription_id"],
                start,
                product_id=product,
                charge_type="recurring",
                billing_interval="month",
                interval_count=1,
                quantity=quantity,
                unit_price=price,
                valid_to=draft.day_after(start) if draft.chance(6) else end,
            )
        start = end + timedelta(days=draft.pick(GAPS))
        if draft.chance(3):
            lines.pop(draft.count(0, len(lines) - 1))
        if not lines or draft.chance(4):
            lines.append(draft.pick(draft.pick(LINES)))
        lines = [
            (
                draft.pick(QUANTITIES) if draft.chance(2) else quantity,
                drawn_price(draft, "month") if draft.chance(4) else price,
            )
            for quantity, price in lines
        ]
        if draft.chance(4):
            subscription = add_subscription(draft, account, currency, start)


def add_ramp(draft: Draft, account: str) -> None:
    """Years signed at once: an item each, or a contract each."""
    start = draft.early_day()
    currency = draft.pick(draft.currencies[::-1])
    subscription = add_subscription(draft, account, currency, start)
    item = add_item(draft, subscription["subscription_id"], start)
    for _ in range(draft.count(1, 3)):
        if not item["valid_to"]:
            return
        ended_on = date.fromisoformat(item["valid_to"])
        start = ended_on + timedelta(days=draft.pick((0, 0, 0, 1, 15, 30, 31)))
        if draft.chance(2):
            subscription = add_subscription(draft, account, currency, start)
        terms = replacement_terms(draft, item)
        terms |= {"product_id": item["product_id"], "is_contracted_step": True}
        item = add_item(draft, subscription["subscription_id"], start, **terms)


def add_statuses(draft: Draft, subscription: Row) -> None:
    """A history of statuses: runs in several rows, holes, sometimes overlaps."""
    start = date.fromisoformat(subscription["started_on"])
    for _ in range(draft.count(1, 6)):
        end = start + timedelta(days=draft.pick(STATUS_LENGTHS))
        is_open = draft.chance(5)
        overlap = timedelta(days=draft.pick((0,) * 7 + (20,)))
        draft.add(
            "billing__subscription_statuses",
            subscription_id=subscription["subscription_id"],
            status=draft.pick(STATUSES),
            valid_from=start,
            valid_to=None if is_open else end + overlap,
        )
        if is_open and not draft.chance(6):
            return
        start = end + timedelta(days=draft.pick((0,) * 5 + (1, 20)))


def add_discount(draft: Draft, items: list[Row]) -> None:
    """A discount of an item or of its whole subscription."""
    item = draft.pick(items)
    start = date.fromisoformat(item["valid_from"])
    start = draft.pick((start, start + timedelta(days=40), draft.day()))
    kind = draft.pick(("percent", "amount", "percent", "both"))
    draft.add(
        "billing__discounts",
        discount_id=draft.next_id("billing__discounts", "d"),
        subscription_id=item["subscription_id"],
        item_id=draft.pick(("", item["item_id"])),
        percent_off=draft.pick(PERCENTS) if kind != "amount" else "",
        amount_off=draft.pick(AMOUNTS_OFF) if kind != "percent" else "",
        duration=draft.pick(("forever", "forever", "repeating", "once")),
        valid_from=start,
        valid_to=None if draft.chance(3) else draft.day_after(start),
    )


def add_contract_migrations(draft: Draft) -> None:
    """Ids that later ones replaced; of some only the new one is in the source."""
    kinds = {
        "subscription": ("billing__subscriptions", "subscription_id", "s_old"),
        "item": ("billing__subscription_items", "item_id", "i_old"),
    }
    if not draft.chance(2):
        return
    for id_kind, (table, column, gone) in kinds.items():
        ids = [row[column] for row in draft.tables[table]]
        for number in range(draft.count(0, 4)):
            place = draft.draw(st.integers(0, len(ids) - 1))
            old = gone + str(number) if draft.chance(3) or not place else ids[place - 1]
            migrated = draft.tables["billing__contract_migrations"]
            if old in [row["old_id"] for row in migrated]:
                continue
            draft.add(
                "billing__contract_migrations",
                id_kind=id_kind,
                old_id=old,
                new_id=ids[draft.draw(st.integers(place, len(ids) - 1))],
                effective_on=draft.day(),
            )
            for row in draft.tables["billing__discounts"]:
                if row[column] == ids[place] and draft.chance(3):
                    row[column] = old


# ------------------------------------------------------------------ the rest


def add_adjustment(draft: Draft) -> None:
    """An ARR adjustment, approved or not, often negative."""
    start = draft.day()
    draft.add(
        "finance__arr_adjustments",
        adjustment_id=draft.next_id("finance__arr_adjustments", "x"),
        account_id=draft.pick(draft.accounts),
        product_id=draft.pick(draft.products),
        valid_from=start,
        valid_to=None if draft.chance(3) else draft.day_after(start),
        arr_amount=draft.pick(ADJUSTMENTS),
        currency=draft.pick(draft.currencies),
        reason="contract signed on paper",
        approved_by=draft.pick(("cfo", "cfo", "")),
    )


def add_invoice_lines(draft: Draft) -> None:
    """Lines of usage items, with some of recurring ones that must not count."""
    subscriptions = {
        row["subscription_id"]: row for row in draft.tables["billing__subscriptions"]
    }
    for item in draft.tables["billing__subscription_items"]:
        n_lines = draft.count(0, 4) if item["charge_type"] == "usage" else 0
        if item["charge_type"] == "recurring" and draft.chance(8):
            n_lines = 1
        subscription = subscriptions[item["subscription_id"]]
        for _ in range(n_lines):
            draft.add(
                "billing__invoice_lines",
                line_id=draft.next_id("billing__invoice_lines", "l"),
                invoice_id="inv",
                account_id=subscription["account_id"],
                subscription_id=item["subscription_id"],
                item_id=item["item_id"],
                product_id=item["product_id"],
                line_type=draft.pick(LINE_TYPES),
                currency=subscription["currency"],
                amount=draft.pick(LINE_AMOUNTS),
                tax_amount=draft.pick(("0", "19.99")),
                issued_on=draft.day(),
            )


def policies() -> SearchStrategy[dict[str, Any]]:
    """The defaults, or some settings changed."""
    return st.fixed_dictionaries(
        {},
        optional={
            "renewal_grace_days": st.sampled_from((30, 0, 45)),
            "past_due_grace_days": st.sampled_from((90, 0, 30, 120)),
            "discounts_counted": st.sampled_from(("forever", "recurring", "none")),
        },
    )


@st.composite
def raw_folders(draw: DrawFn) -> RawFolder:
    """A random valid raw folder, its as_of date and its policy."""
    as_of = draw(st.sampled_from(AS_OF_DATES))
    notable = st.sampled_from(notable_days(as_of))
    hot_days = draw(st.lists(notable, min_size=3, max_size=9, unique=True))
    draft = Draft(draw, as_of, hot_days)
    add_accounts(draft)
    add_products(draft)
    add_rates(draft)
    buyers = [draft.pick(draft.accounts) for _ in range(draft.count(1, 4))]
    for _ in range(draft.count(2, 10)):
        add_line(draft, draft.pick(buyers))
    for _ in range(draft.count(0, 2)):
        add_lines_of_one_product(draft, draft.pick(buyers))
    for _ in range(draft.count(0, 1)):
        add_ramp(draft, draft.pick(buyers))
    for _ in range(draft.count(0, 3)):
        subscription = draft.pick(draft.tables["billing__subscriptions"])
        add_item(draft, subscription["subscription_id"], draft.day())
    for subscription in draft.tables["billing__subscriptions"]:
        if draft.chance(3):
            add_statuses(draft, subscription)
    for _ in range(draft.count(0, 6)):
        add_discount(draft, draft.tables["billing__subscription_items"])
    for _ in range(draft.count(0, 3)):
        add_adjustment(draft)
    add_invoice_lines(draft)
    add_contract_migrations(draft)
    tables = {
        name: rows
        for name, rows in draft.tables.items()
        if rows or name in CORE or draft.chance(3)
    }
    return RawFolder(tables, as_of, draw(policies()))


def write_folder(tables: Tables, path: Path) -> None:
    """Write tables as the CSVs of a raw folder, a header each."""
    path.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        with (path / f"{name}.csv").open("w", newline="", encoding="utf-8") as lines:
            writer = csv.DictWriter(lines, COLUMNS[name])
            writer.writeheader()
            writer.writerows(rows)
