"""Random companies that bill what they contracted, in every way bills are made."""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from dateutil.relativedelta import relativedelta

from tests.python.raw_folders import write_folder

CENT = Decimal("0.01")
AS_OF = dt.date(2025, 12, 31)
FIRST = dt.date(2024, 1, 1)
# How an amendment within a period is billed.
AMENDED = ("difference", "cut", "credit_and_rebill", "blended")
# What names the contract on a line.
NAMES = ("item", "subscription", "product", "only_subscription")
# What a price is for, how many of it, and how many there are a year.
INTERVALS = (
    ("day", 1, Decimal(365)),
    ("week", 1, Decimal(52)),
    ("month", 1, Decimal(12)),
    ("month", 3, Decimal(4)),
    ("year", 1, Decimal(1)),
    ("year", 3, Decimal(1) / 3),
)


@dataclass(frozen=True)
class Term:
    """An item: a quantity at a price, for some days."""

    item_id: str
    quantity: int
    unit_price: Decimal
    starts_on: dt.date
    ends_on: dt.date | None = None


@dataclass(frozen=True)
class Line:
    """An invoice line before it is written."""

    item_id: str
    amount: Decimal
    service_from: dt.date
    service_to: dt.date
    line_type: str = "charge"


@dataclass
class Company:
    """The raw tables as rows."""

    tables: dict[str, list[dict[str, object]]] = field(default_factory=dict)

    def add(self, table: str, **row: object) -> None:
        """Adds a row to a table."""
        self.tables.setdefault(table, []).append(row)


def cents(amount: Decimal) -> Decimal:
    """Rounded as an invoice is."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def company(seed: int, accounts: int = 60) -> Company:
    """A company of so many accounts, each with a contract or two of one product."""
    draw = random.Random(seed)
    made = Company()
    for product in ("CORE", "DATA"):
        made.add("billing__products", product_id=product, product_name=product)
    made.add(
        "billing__fx_rates",
        currency="EUR",
        rate_type="plan",
        valid_from=FIRST,
        rate="1.1",
    )
    for number in range(accounts):
        account = f"A{number:03}"
        made.add("crm__accounts", account_id=account, account_name=account)
        names = draw.choice(NAMES)
        # Where lines do not say which contract they are for, both go by one calendar.
        for contract in range(draw.choice((1, 1, 2))):
            add_contract(made, draw, account, f"S{number:03}-{contract}", names)
    return made


def add_contract(
    made: Company, draw: random.Random, account: str, subscription: str, names: str
) -> None:
    """A contract, its items, and the bills of all its periods."""
    interval, interval_count, a_year = draw.choice(INTERVALS)
    step = draw.choice((1, 3, 12, 36 if interval_count == 3 else 1))
    currency = draw.choice(("USD", "USD", "EUR"))
    starts_on = FIRST + relativedelta(
        months=draw.randrange(12), days=draw.choice((0, 0, 9, 14))
    )
    periods = list(periods_of(starts_on, step))
    ends_on = draw.choice((None, None, periods[draw.randrange(len(periods))][1]))
    # By the day only what is priced by the month is billed in part.
    cuts = [begins for begins, _ in periods[1:]] if a_year > 12 else []
    if a_year <= 12:
        days = (min(ends_on or AS_OF, AS_OF) - starts_on).days
        cuts = [starts_on + dt.timedelta(days=day) for day in range(1, days)]
    cuts = [cut for cut in cuts if ends_on is None or cut < ends_on]
    terms = terms_of(draw, subscription, [starts_on, *cuts], a_year)
    made.add(
        "billing__subscriptions",
        subscription_id=subscription,
        account_id=account,
        currency=currency,
        started_on=starts_on,
        ends_on=ends_on or "",
    )
    for term in terms:
        made.add(
            "billing__subscription_items",
            item_id=term.item_id,
            subscription_id=subscription,
            product_id="CORE",
            charge_type="recurring",
            billing_interval=interval,
            interval_count=interval_count,
            quantity=term.quantity,
            unit_price=term.unit_price,
            valid_from=term.starts_on,
            valid_to=term.ends_on or "",
        )
    # Two contracts in one bill cannot be told apart where a line is of both terms.
    amended = draw.choice(AMENDED[:3] if names == "product" else AMENDED)
    for period in periods:
        if ends_on is None or period[0] < ends_on:
            share = a_year * step / 12
            lines = bills_of(terms, period, share, amended)
            lines = [part for line in lines for part in cut_up(draw, line)]
            for line in [part for one in lines for part in corrected(draw, one)]:
                add_line(made, draw, account, subscription, currency, names, line)


def periods_of(starts_on: dt.date, step: int) -> Iterator[tuple[dt.date, dt.date]]:
    """What is billed at once, from the first day of the contract on."""
    number = 0
    while True:
        begins = starts_on + relativedelta(months=number * step)
        if begins > AS_OF:
            return
        yield begins, starts_on + relativedelta(months=(number + 1) * step)
        number += 1


def terms_of(
    draw: random.Random, subscription: str, days: list[dt.date], a_year: Decimal
) -> list[Term]:
    """An item from the first day on, and up to two amendments with their own ids."""
    count = min(draw.choice((0, 1, 2)), len(days) - 1)
    dates = [days[0], *sorted(draw.sample(days[1:], count))]
    price = cents(draw.randrange(12000, 90000) / a_year / 100)
    terms = []
    for number, begins in enumerate(dates):
        if draw.random() < 0.3:
            price = cents(price * Decimal("1.1"))
        terms.append(
            Term(f"{subscription}-{number}", draw.randrange(1, 40), price, begins)
        )
    for number, term in enumerate(terms[1:]):
        terms[number] = replace(terms[number], ends_on=term.starts_on)
    return terms


def bills_of(
    terms: list[Term], period: tuple[dt.date, dt.date], share: Decimal, amended: str
) -> Iterator[Line]:
    """The lines of one period: of the first term, and of what is amended within it."""
    begins, ends = period
    days = Decimal((ends - begins).days)
    met = [
        term
        for term in terms
        if term.starts_on < ends and (term.ends_on is None or term.ends_on > begins)
    ]

    def price(term: Term) -> Decimal:
        return term.quantity * term.unit_price * share

    def part(term: Term, since: dt.date, to: dt.date) -> Decimal:
        return cents(price(term) * (to - since).days / days)

    first, *later = met
    if amended == "blended" or (amended == "cut" and later):
        spans = [
            (t, max(t.starts_on, begins), min(t.ends_on or ends, ends)) for t in met
        ]
        if amended == "cut":
            for term, since, to in spans:
                yield Line(term.item_id, part(term, since, to), since, to, "proration")
        else:
            exact = sum(price(t) * (to - since).days for t, since, to in spans)
            yield Line(met[-1].item_id, cents(exact / days), begins, ends)
        return
    yield Line(first.item_id, cents(price(first)), begins, ends)
    before = first
    for term in later:
        since = term.starts_on
        if amended == "credit_and_rebill":
            yield Line(
                before.item_id, -part(before, since, ends), since, ends, "credit"
            )
            rebilled = part(term, since, ends)
            yield Line(term.item_id, rebilled, since, ends, "proration")
        else:
            difference = cents(
                (price(term) - price(before)) * (ends - since).days / days
            )
            yield Line(term.item_id, difference, since, ends, "proration")
        before = term


def cut_up(draw: random.Random, line: Line) -> list[Line]:
    """The same money on one line or on several, one of them perhaps a discount."""
    if draw.random() < 0.7:
        return [line]
    first = cents(line.amount * draw.choice((2, 3, 7)) / Decimal(5))
    return [replace(line, amount=first), replace(line, amount=line.amount - first)]


def corrected(draw: random.Random, line: Line) -> list[Line]:
    """The line, or a wrong one that was credited in full and the right one after it."""
    if draw.random() < 0.9 or line.amount <= 0:
        return [line]
    wrong = cents(line.amount * draw.choice((Decimal("0.5"), 1, Decimal("1.7"))))
    return [
        replace(line, amount=wrong),
        replace(line, amount=-wrong, line_type="credit"),
        line,
    ]


def add_line(
    made: Company,
    draw: random.Random,
    account: str,
    subscription: str,
    currency: str,
    names: str,
    line: Line,
) -> None:
    """Writes a line, with what it names; issued in advance, or some weeks late."""
    lines = made.tables.setdefault("billing__invoice_lines", [])
    issued_on = line.service_from + dt.timedelta(days=draw.choice((-20, 0, 0, 40)))
    made.add(
        "billing__invoice_lines",
        line_id=f"L{len(lines):06}",
        account_id=account,
        subscription_id="" if names == "product" else subscription,
        item_id=line.item_id if names == "item" else "",
        product_id="" if names == "only_subscription" else "CORE",
        line_type=line.line_type,
        currency=currency,
        amount=line.amount,
        service_from=line.service_from,
        service_to=line.service_to,
        issued_on=min(issued_on, AS_OF),
    )


def write(made: Company, folder: Path) -> Path:
    """The raw folder of a company."""
    tables = {
        table: [{name: str(value) for name, value in row.items()} for row in rows]
        for table, rows in made.tables.items()
    }
    write_folder(tables, folder)
    return folder
