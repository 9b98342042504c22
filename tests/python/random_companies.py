"""Random companies that keep the raw contract: what staging admits, nothing may fail.

`company(seed)` is the same company for the same seed. The contract says which columns
there are, so that a new one is drawn without being named here; the tables that make
ARR are told as stories: what an account buys, changes, pauses, drops and takes back.
"""

import datetime as dt
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from typing import Any

from orchestration.raw_sources import contract

Row = dict[str, str]
Tables = dict[str, list[Row]]

RULES = contract()
CORE = (
    "crm__accounts",
    "billing__products",
    "billing__subscriptions",
    "billing__subscription_items",
)
# Drawn as stories; every other table is drawn from its contract alone.
TOLD = (
    *CORE,
    "billing__contract_migrations",
    "billing__product_migrations",
    "billing__subscription_statuses",
    "billing__discounts",
    "billing__invoice_lines",
    "billing__fx_rates",
    "product__usage_daily",
)
# Where the ids are that contract migrations lead to.
CONTRACT_IDS = {
    "subscription": ("billing__subscriptions", "subscription_id"),
    "item": ("billing__subscription_items", "item_id"),
}
# How many accounts, how many months of history, how many lines an account buys.
SIZES = {
    "one_account_one_month": ((1, 1), (1, 1), (0, 1)),
    "tiny": ((1, 3), (1, 14), (0, 3)),
    "small": ((3, 12), (2, 40), (0, 4)),
    "decade": ((4, 10), (100, 120), (1, 5)),
    "medium": ((30, 60), (13, 48), (1, 3)),
    "large": ((400, 700), (13, 36), (2, 4)),
    "at_bounds": ((1, 4), (1, 30), (1, 3)),
}
# How often a size is drawn, of a hundred: many are small, which cost little.
SHARES = {
    "one_account_one_month": 10,
    "tiny": 27,
    "small": 41,
    "decade": 7,
    "medium": 9,
    "large": 2,
    "at_bounds": 4,
}
RATES = {
    "USD": ("0.9", "1.1", "1.234567"),
    "EUR": ("1.1", "1.25", "0.85", "1.333333"),
    "JPY": ("0.0067", "0.006667", "0.0075"),
    "IDR": ("0.000064", "0.00006411", "0.0000625"),
    "KWD": ("3.25", "3.3333333333"),
}
QUANTITIES = (*("1",) * 4, "2", "3", "7", "10", "250", "0.333333", "2.5", "0", "-1")
PERCENTS = ("0", "10", "20", "33.333", "50", "99.999999", "100")
INTERVALS = {"day": (1, 7, 30, 90), "week": (1, 2, 4, 52), "month": (1, 3, 6, 12, 36)}
INTERVALS |= {"year": (1, 2, 3, 5)}
# Rates, quantities and numbers as large and as small as the contract allows.
BOUND_RATES = {"VND": ("0.0000000001", "0.000039"), "XAU": ("0.5", "10000000")}
BOUND_QUANTITIES = ("1", "-1", "0.000001", "1000000000", "999999999999.999999")
TYPE_BOUNDS = {
    "int": Decimal(2**31 - 1),
    "bigint": Decimal(10**12 - 1),
    "decimal": Decimal("999999999999.99"),
    "wide": Decimal("999999999999999.99"),
}
PRICED = ("billing_interval", "interval_count", "quantity", "unit_price")
A_YEAR = {"day": 365, "week": 52, "month": 12, "year": 1}
PRICES = {"day": 5, "week": 40, "month": 150, "year": 2000}
GAPS = (0, 0, 0, 0, 1, 15, 29, 30, 31, 45, 200)
LENGTHS = (1, 14, 28, 30, 31, 45, 90, 180, 365, 366, 730)
# What companies may settle otherwise, by policy key; some tables give last days.
SETTLED = {
    "renewal_grace_days": ("0", "30", "45"),
    "past_due_grace_days": ("0", "30", "120"),
    "discounts_counted": ("forever", "recurring", "none"),
    "snapshot_day": ("last", "1", "15", "28"),
    "renewal_gap_closed_by": ("family", "product"),
    "contract_amount_off": ("once", "each_item"),
    "item_discount_follows": ("amendments", "item"),
    "longest_trial_days": ("0", "14", "92", "1000"),
    "trial_of_a_customer": ("continues", "bears_nothing"),
    "inclusive_end_tables": (
        "billing__subscription_items",
        "billing__subscriptions billing__subscription_statuses",
        "billing__discounts billing__invoice_lines product__entitlements",
    ),
}
ODD_TEXTS = (
    "Zoë & Söhne",
    'the "best", Ltd',
    "a\nb",
    "  spaced",
    "=1+1",
    "'; --",
    "中型",
)


@dataclass(frozen=True)
class Company:
    """The tables of a company, and what it is to be read with."""

    seed: int
    size: str
    tables: Tables
    as_of: dt.date
    policy: dict[str, str]


@dataclass
class Draft:
    """A company being drawn."""

    pick: random.Random
    as_of: dt.date
    first_day: dt.date
    tables: Tables = field(default_factory=dict)
    hot_days: list[dt.date] = field(default_factory=list)
    reporting: str = "USD"
    currencies: list[str] = field(default_factory=list)
    is_at_bounds: bool = False

    @property
    def most(self) -> Decimal:
        """The largest amount of a row that leaves sums of a table within theirs."""
        rates = (Decimal(row["rate"]) for row in self.rows("billing__fx_rates"))
        return TYPE_BOUNDS["decimal"] / max(1, 1, *rates)

    def amount(self, low: float, high: float) -> str:
        """An amount of money, at the bound now and then where the company is there."""
        if self.is_at_bounds and self.chance(0.6):
            sign = self.pick.choice((1, 1, -1)) if low < 0 else 1
            return f"{sign * to_places(self.most, self.pick.choice((2, 6))):f}"
        return decimal(self, low, high)

    def chance(self, share: float) -> bool:
        """True in this share of cases."""
        return self.pick.random() < share

    def day(self) -> dt.date:
        """A day of the history or soon after, often one the company shares."""
        if self.hot_days and self.chance(0.5):
            return self.pick.choice(self.hot_days)
        if self.chance(0.02):
            return dt.date(self.pick.randint(1975, 2090), 2, self.pick.randint(1, 28))
        return self.first_day + dt.timedelta(
            self.pick.randint(-20, (self.as_of - self.first_day).days + 60)
        )

    def day_after(self, day: dt.date) -> dt.date:
        """A later day: a usual length on, or one the company shares."""
        later = [one for one in self.hot_days if one > day]
        if later and self.chance(0.4):
            return self.pick.choice(later)
        return day + dt.timedelta(self.pick.choice(LENGTHS))

    def add(self, table: str, **values: object) -> Row:
        """Adds a row; what is not given is empty."""
        row = dict.fromkeys(RULES[table]["columns"], "")
        row |= {name: text(value) for name, value in values.items()}
        self.tables.setdefault(table, []).append(row)
        return row

    def rows(self, table: str) -> list[Row]:
        """The rows of a table so far."""
        return self.tables.get(table, [])


def text(value: object) -> str:
    """A value as the raw contract writes it."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def decimal(draft: Draft, low: float, high: float) -> str:
    """A number with at most six decimals, few of them round."""
    places = draft.pick.choice((0, 2, 2, 3, 6))
    return f"{Decimal(repr(draft.pick.uniform(low, high))):.{places}f}"


def to_places(value: Decimal, places: int) -> Decimal:
    """A number cut off at so many decimals."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_DOWN)


def company(seed: int, size: str | None = None) -> Company:
    """The company of a seed, of a size drawn too where none is asked for."""
    pick = random.Random(seed)
    size = size or pick.choices(list(SHARES), list(SHARES.values()))[0]
    (accounts, months, lines) = SIZES[size]
    n_months = pick.randint(*months)
    as_of = dt.date(pick.randint(2019, 2031), pick.randint(1, 12), 1)
    as_of += dt.timedelta(pick.randint(0, 30))
    if pick.random() < 0.5:
        as_of = as_of.replace(day=1) - dt.timedelta(1)
    first_day = as_of - dt.timedelta(round(n_months * 30.4))
    draft = Draft(pick, as_of, first_day, is_at_bounds=size == "at_bounds")
    draft.reporting = pick.choice(("USD",) * 9 + ("EUR",))
    draft.currencies = [draft.reporting]
    draft.hot_days = [day for day in _notable(first_day, as_of) if draft.chance(0.3)]
    _rates(draft)
    _accounts(draft, pick.randint(*accounts))
    _products(draft)
    for account in [row["account_id"] for row in draft.rows("crm__accounts")]:
        for _ in range(pick.randint(*lines)):
            _line(draft, account)
    _statuses(draft)
    _discounts(draft)
    _invoices(draft)
    for table in RULES:
        if table not in TOLD and draft.chance(0.6):
            _of_contract(draft, table, pick.choice((0, 1, 3, 12, len(LENGTHS) * 3)))
    if draft.rows("product__features") and draft.chance(0.8):
        _usage(draft)
    _contract_migrations(draft)
    for table in RULES:
        if table in CORE or draft.chance(0.2):
            draft.tables.setdefault(table, [])
    return Company(seed, size, draft.tables, as_of, _policy(draft))


def _notable(first: dt.date, last: dt.date) -> Iterable[dt.date]:
    """Days on which rules meet: starts and ends of months, edges of the graces."""
    yield from (last - dt.timedelta(back) for back in (0, 1, 29, 30, 31, 90, 91, -1))
    month = first.replace(day=1)
    while month <= last:
        yield from (month, month - dt.timedelta(1), month.replace(day=15))
        month = (month + dt.timedelta(32)).replace(day=1)


def _policy(draft: Draft) -> dict[str, str]:
    """What the company settles otherwise than the locked policy."""
    policy = {} if draft.reporting == "USD" else {"reporting_currency": draft.reporting}
    if draft.chance(0.5):
        return policy
    return policy | {
        key: draft.pick.choice(values)
        for key, values in SETTLED.items()
        if draft.chance(0.3)
    }


# ------------------------------------------------------------------ who and what


def _rates(draft: Draft) -> None:
    known = RATES | BOUND_RATES if draft.is_at_bounds else RATES
    for currency, rates in known.items():
        if currency == draft.reporting or not draft.chance(0.35):
            continue
        draft.currencies.append(currency)
        days = {draft.day() for _ in range(draft.pick.randint(1, 5))}
        for day in sorted(days):
            draft.add(
                "billing__fx_rates",
                currency=currency,
                rate_type="plan",
                valid_from=day,
                rate=draft.pick.choice(rates),
            )
            if draft.chance(0.5):
                draft.add(
                    "billing__fx_rates",
                    currency=currency,
                    rate_type="spot",
                    valid_from=day,
                    rate=draft.pick.choice(rates),
                )


def _accounts(draft: Draft, n_accounts: int) -> None:
    for number in range(n_accounts):
        before = [row["account_id"] for row in draft.rows("crm__accounts")]
        optional = {
            name: _value(draft, "crm__accounts", name)
            for name in ("csm_user_id", "account_manager_user_id", "sales_user_id")
        }
        name = draft.pick.choice(ODD_TEXTS) if draft.chance(0.2) else f"Acme {number}"
        draft.add(
            "crm__accounts",
            account_id=f"a{number}",
            account_name=name if draft.chance(0.9) else "",
            parent_account_id=(
                draft.pick.choice(before) if before and draft.chance(0.15) else ""
            ),
            merged_into_account_id=(
                draft.pick.choice(before) if before and draft.chance(0.08) else ""
            ),
            segment=draft.pick.choice(("smb", "enterprise", "", "中型")),
            industry=draft.pick.choice(("", "retail", "health, care")),
            country=draft.pick.choice(("US", "DE", "")),
            created_on=draft.day() if draft.chance(0.8) else "",
            **optional,
        )


def _products(draft: Draft) -> None:
    for number in range(draft.pick.choice((1, 1, 2, 3, 6))):
        draft.add(
            "billing__products",
            product_id=f"p{number}",
            product_name=draft.pick.choice(("", f"Product {number}")),
            product_family=draft.pick.choice(("suite", "suite", "addons", "")),
            tier_rank=draft.pick.choice(("1", "2", "3", "", "-1")),
            unit_of_measure=draft.pick.choice(("seat", "")),
        )
    if draft.chance(0.2):
        draft.add(
            "billing__product_migrations",
            old_product_id=draft.pick.choice(
                ("old", f"p{number}" if number else "old")
            ),
            new_product_id="p0",
            effective_on=draft.day(),
        )


# ------------------------------------------------------------------ what is bought


def _price(draft: Draft, interval: str) -> str:
    kind = draft.pick.random()
    if kind < 0.04:
        return "0"
    if kind < 0.08:
        return decimal(draft, -PRICES[interval], -0.01)
    if kind < 0.12:
        return decimal(draft, 0.000001, 0.02)
    return decimal(draft, 0.01, 2 * PRICES[interval])


def _subscription(draft: Draft, account: str, start: dt.date) -> Row:
    started_on = start + dt.timedelta(draft.pick.choice((0, 0, 0, 0, -10, 5)))
    trial = draft.pick.choice((None,) * 8 + (0, 14, 45))
    return draft.add(
        "billing__subscriptions",
        subscription_id=f"s{len(draft.rows('billing__subscriptions'))}",
        account_id=account,
        currency=draft.pick.choice(draft.currencies),
        started_on=started_on,
        trial_ends_on=None if trial is None else started_on + dt.timedelta(trial),
        cancelled_on=draft.day() if draft.chance(0.1) else None,
        ends_on=draft.day_after(started_on) if draft.chance(0.15) else None,
        term_ends_on=draft.day() if draft.chance(0.4) else None,
        auto_renew=draft.pick.choice(("", True, False)),
    )


def _terms(draft: Draft) -> dict[str, Any]:
    interval = draft.pick.choice(list(INTERVALS))
    products = [row["product_id"] for row in draft.rows("billing__products")]
    migrated = draft.rows("billing__product_migrations")
    terms: dict[str, Any] = {
        "product_id": draft.pick.choice(
            products + [row["old_product_id"] for row in migrated]
        ),
        "charge_type": draft.pick.choice(("recurring",) * 9 + ("usage", "one_time")),
        "billing_interval": interval,
        "interval_count": draft.pick.choice((1, 1, 1, *INTERVALS[interval])),
        "quantity": draft.pick.choice(QUANTITIES),
        "unit_price": _price(draft, interval),
    }
    return _at_bounds(draft, terms) if draft.is_at_bounds else terms


def _at_bounds(draft: Draft, terms: dict[str, Any]) -> dict[str, Any]:
    """Terms of which quantity x price is as much as the contract allows."""
    if draft.chance(0.3):
        return terms
    quantity = Decimal(draft.pick.choice(BOUND_QUANTITIES))
    a_year = Decimal(A_YEAR[terms["billing_interval"]])
    times = max(1, a_year / terms["interval_count"], a_year / 73)
    most = min(draft.most / times / abs(quantity), TYPE_BOUNDS["decimal"])
    price = to_places(most, 6) * draft.pick.choice((1, 1, 1, -1))
    return terms | {"quantity": f"{quantity:f}", "unit_price": f"{price:f}"}


def _line(draft: Draft, account: str) -> None:
    """What an account buys over time: items and contracts in sequence."""
    start = draft.day()
    subscription = _subscription(draft, account, start)
    terms = _terms(draft)
    for _ in range(draft.pick.choice((1, 1, 2, 3, 5))):
        end = draft.day_after(start) if draft.chance(0.7) else None
        draft.add(
            "billing__subscription_items",
            item_id=f"i{len(draft.rows('billing__subscription_items'))}",
            subscription_id=subscription["subscription_id"],
            valid_from=start,
            valid_to=end,
            change_reason=draft.pick.choice(
                ("", "amendment", "step_up", "renewal", "price_change")
            ),
            is_contracted_step=draft.pick.choice(("", "", False, True)),
            **terms,
        )
        if end is None and draft.chance(0.8):
            return
        start = (end or start) + dt.timedelta(draft.pick.choice(GAPS))
        terms = _changed(draft, terms)
        if draft.chance(0.3):
            if end and draft.chance(0.5) and subscription["started_on"] < text(end):
                subscription["ends_on"] = text(end)
            subscription = _subscription(draft, account, start)


def _changed(draft: Draft, terms: dict[str, Any]) -> dict[str, Any]:
    """The terms of what comes next: one or two of them are others."""
    new = _terms(draft)
    changes = draft.pick.choice(
        (
            ("quantity",),
            ("unit_price",),
            ("quantity", "unit_price"),
            ("product_id",),
            ("billing_interval", "interval_count", "unit_price"),
            (),
        )
    )
    if draft.is_at_bounds:
        # Quantity, price and interval are within the bounds only together.
        changes = draft.pick.choice((PRICED, PRICED, ("product_id",), ()))
    elif "unit_price" in changes and "billing_interval" not in changes:
        new["unit_price"] = _price(draft, terms["billing_interval"])
    return terms | {name: new[name] for name in changes}


def _statuses(draft: Draft) -> None:
    if draft.chance(0.3):
        return
    for subscription in draft.rows("billing__subscriptions"):
        if not draft.chance(0.35):
            continue
        start = dt.date.fromisoformat(subscription["started_on"])
        for _ in range(draft.pick.randint(1, 5)):
            end = start + dt.timedelta(draft.pick.choice((1, 30, 60, 89, 90, 91, 200)))
            draft.add(
                "billing__subscription_statuses",
                subscription_id=subscription["subscription_id"],
                status=draft.pick.choice(
                    ("active", "active", "past_due", "paused", "cancelled", "trialing")
                ),
                valid_from=start,
                valid_to=end if draft.chance(0.8) else None,
            )
            start = end + dt.timedelta(draft.pick.choice((0, 0, 0, 1, 20)))


def _discounts(draft: Draft) -> None:
    items = draft.rows("billing__subscription_items")
    if not items or draft.chance(0.3):
        return
    for number in range(draft.pick.randint(0, 1 + len(items) // 2)):
        item = draft.pick.choice(items)
        start = dt.date.fromisoformat(item["valid_from"])
        start = draft.pick.choice((start, start + dt.timedelta(40), draft.day()))
        is_percent, is_amount = draft.pick.choice(((1, 0), (1, 0), (0, 1), (1, 1)))
        draft.add(
            "billing__discounts",
            discount_id=f"d{number}",
            subscription_id=item["subscription_id"],
            item_id=draft.pick.choice(("", item["item_id"])),
            percent_off=draft.pick.choice(PERCENTS) if is_percent else "",
            amount_off=draft.amount(0, 40) if is_amount else "",
            duration=draft.pick.choice(("forever", "forever", "repeating", "once")),
            valid_from=start,
            valid_to=draft.day_after(start) if draft.chance(0.5) else None,
        )


def _contract_migrations(draft: Draft) -> None:
    """Ids that later ones took over, some of which are gone; never in a ring."""
    if draft.chance(0.6):
        return
    for id_kind, (table, column) in CONTRACT_IDS.items():
        ids = [row[column] for row in draft.rows(table)]
        for place, new_id in enumerate(ids):
            if not draft.chance(0.3):
                continue
            older = draft.pick.choice(
                [f"{new_id}_old", *ids[max(0, place - 3) : place]]
            )
            migrated = draft.rows("billing__contract_migrations")
            if older in [row["old_id"] for row in migrated]:
                continue
            draft.add(
                "billing__contract_migrations",
                id_kind=id_kind,
                old_id=older,
                new_id=new_id,
                effective_on=draft.day(),
            )
            for row in draft.rows("billing__discounts"):
                if row[column] == new_id and draft.chance(0.2):
                    row[column] = older


def _invoices(draft: Draft) -> None:
    if draft.chance(0.35):
        return
    held_by = {
        row["subscription_id"]: row for row in draft.rows("billing__subscriptions")
    }
    for item in draft.rows("billing__subscription_items"):
        subscription = held_by[item["subscription_id"]]
        start = dt.date.fromisoformat(item["valid_from"])
        for _ in range(draft.pick.choice((0, 0, 1, 1, 4))):
            end = draft.day_after(start)
            has_service = draft.chance(0.85)
            draft.add(
                "billing__invoice_lines",
                line_id=f"l{len(draft.rows('billing__invoice_lines'))}",
                invoice_id=f"inv{start}",
                account_id=subscription["account_id"],
                subscription_id=draft.pick.choice(("", item["subscription_id"])),
                item_id=draft.pick.choice(("", item["item_id"], item["item_id"])),
                product_id=draft.pick.choice(("", item["product_id"])),
                line_type=draft.pick.choice(
                    ("charge", "charge", "proration", "credit", "one_time")
                ),
                currency=draft.pick.choice(
                    (*(subscription["currency"],) * 6, *draft.currencies)
                ),
                amount=draft.amount(-200, 2000),
                tax_amount=draft.pick.choice(("", "0", "19.99")),
                service_from=start if has_service else "",
                service_to=end if has_service and draft.chance(0.9) else "",
                issued_on=draft.pick.choice((start, end, draft.day())),
            )
            start = end


def _usage(draft: Draft) -> None:
    keys = [row["feature_key"] for row in draft.rows("product__features")]
    accounts = [row["account_id"] for row in draft.rows("crm__accounts")]
    seen = set()
    for _ in range(draft.pick.choice((1, 30, 400))):
        key = (
            draft.pick.choice(accounts),
            f"user{draft.pick.randint(1, 6)}",
            draft.pick.choice([*keys, "unknown_feature"]),
            draft.as_of
            - dt.timedelta(draft.pick.choice((0, 1, 20, 40, 70, 130, 400)))
            + dt.timedelta(draft.pick.randint(-12, 12)),
        )
        if key in seen:
            continue
        seen.add(key)
        draft.add(
            "product__usage_daily",
            account_id=key[0],
            user_id=key[1],
            feature_key=key[2],
            usage_date=key[3],
            event_count=draft.pick.choice((0, 1, 5, 1000)),
            quantity=draft.pick.choice(("", "0", "1.5", "1000000")),
        )


# ------------------------------------------------------------------ by the contract


def _of_contract(draft: Draft, table: str, n_rows: int) -> None:
    """Rows of any table, each column by its rule; a repeated key is left out."""
    columns = RULES[table]["columns"]
    keys = set()
    for number in range(n_rows):
        row: dict[str, str] = {}
        for name in columns:
            value = _value(draft, table, name, number, row)
            if value is None:
                return
            row[name] = value
        key = tuple(row[name] for name, rule in columns.items() if rule.get("key"))
        if key not in keys:
            keys.add(key)
            draft.add(table, **row)


def _value(
    draft: Draft, table: str, name: str, number: int = 0, row: Row | None = None
) -> str | None:
    """A value of a column; None where there is nothing it could refer to."""
    rule, row = RULES[table]["columns"][name], row or {}
    must = rule.get("required") or rule.get("key")
    if not must and draft.chance(0.25):
        return ""
    if rule.get("references"):
        known = _known(draft, rule, row)
        return draft.pick.choice(known) if known else (None if must else "")
    if rule.get("allowed"):
        return draft.pick.choice(rule["allowed"])
    if rule["type"] == "date":
        return _date(draft, name, row)
    if rule["type"] == "boolean":
        return draft.pick.choice(("true", "false"))
    if rule["type"] != "text":
        return _number(draft, name, rule)
    if name == "currency":
        return draft.pick.choice(draft.currencies)
    if name.endswith("user_id"):
        return f"u{draft.pick.randint(0, 5)}" if name != "user_id" else f"u{number}"
    if rule.get("key") and not name.startswith(("role", "meter")):
        return f"{name[:3]}{number}"
    return _words(draft, name)


def _words(draft: Draft, name: str) -> str:
    options: dict[str, Sequence[str]] = {
        "role": ("csm", "account_manager", "sales"),
        "meter": ("seats", "seats", "api_calls", "bytes"),
        "play": ("seat_expansion", "tier_upgrade", "unheard of"),
        "signal": ("seat_utilisation", "unheard of"),
    }
    return draft.pick.choice((*options.get(name, ("so", "or so")), *ODD_TEXTS[:2]))


def _date(draft: Draft, name: str, row: Row) -> str:
    day = draft.day()
    if name == "month_start":
        return text(day.replace(day=1))
    after = {"valid_to": "valid_from", "closed_on": "month_start"}.get(name)
    if after and row.get(after):
        start = dt.date.fromisoformat(row[after])
        least = start + dt.timedelta(32) if name == "closed_on" else start
        return text(draft.day_after(least))
    return text(day)


def _number(draft: Draft, name: str, rule: dict[str, Any]) -> str:
    if draft.is_at_bounds and draft.chance(0.6):
        return _bound(draft, name, rule)
    low = float(rule.get("least", rule.get("above", -50)))
    high = float(rule.get("most", 50_000))
    low, high = max(low, -50), min(high, 50_000)
    if rule["type"] in ("int", "bigint"):
        top = int(min(high, 10))
        return str(draft.pick.choice((int(low), draft.pick.randint(int(low), top))))
    if name.startswith("weight") or name == "value":
        options = ("0", "0.25", "1", "0.333333", "1.2")
        return draft.pick.choice([one for one in options if float(one) <= high])
    return decimal(draft, low, draft.pick.choice((min(high, 10), high)))


def _bound(draft: Draft, name: str, rule: dict[str, Any]) -> str:
    """The least or the most that a column may hold."""
    is_whole = rule["type"] in ("int", "bigint")
    most = Decimal(rule.get("most", TYPE_BOUNDS[rule["type"]]))
    if any(word in name for word in ("amount", "pay", "arr")):
        most = min(most, draft.most * (10 if rule["type"] == "wide" else 1))
    least = Decimal(rule.get("least", 0 if "above" in rule else -most))
    if "above" in rule and not is_whole:
        least = Decimal(rule["above"]) + Decimal("0.000001")
    value = draft.pick.choice((least, most, most))
    return str(int(value)) if is_whole else f"{to_places(value, 6):f}"


def _known(draft: Draft, rule: dict[str, Any], row: Row) -> list[str]:
    table, name = rule["references"].split(".")
    if table == "billing__contract_ids":
        id_kind = row.get("id_kind") or rule["id_kind"].strip("'")
        table, name = CONTRACT_IDS[id_kind]
    if table == "billing__product_ids":
        old = [
            row["old_product_id"] for row in draft.rows("billing__product_migrations")
        ]
        return [*old, *(row["product_id"] for row in draft.rows("billing__products"))]
    return [row[name] for row in draft.rows(table)]
