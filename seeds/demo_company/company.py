"""Puts the demo company together, table by table."""

from datetime import timedelta

import numpy as np

from . import billing, crm, finance, support
from .bad_rows import Tables, add_bad_rows
from .balances import in_dollars, month_balances, ultimate
from .book import Book
from .cases import hard_cases
from .catalog import FEATURES, MIGRATIONS, PRODUCTS, SEED, feature_key
from .dates import AS_OF, FOUNDED, add_months, months
from .lives import Diary, close_runs, live
from .people import (
    Account,
    account_names,
    assign_owners,
    contacts,
    headcounts,
    new_account,
    users,
)
from .usage import Row, usage_rows

CARVED_OUT = 92  # contracts taken over from the former parent on the first day
NEW_A_MONTH = {2023: 4.8, 2024: 3.4, 2025: 5.4, 2026: 5.8}
PROSPECTS = 20
SEGMENT_SHARES = {"enterprise": 4, "mid_market": 9, "small_business": 7}


def company() -> tuple[Tables, list[Row]]:
    """Every table of the raw contract but usage, and the rows of usage."""
    rng = np.random.default_rng(SEED)
    people = users(rng)
    names = account_names(rng)
    book, diary = Book(), Diary()
    cases, adjustments = hard_cases(book, names, rng)
    assign_owners(cases, people, rng)
    accounts = cases + ordinary(len(cases), names, people, book, diary, rng)
    billing.fill_statuses(book, {a.account_id for a in cases}, rng)
    close_runs(diary, rng)
    diary.runs.sort(key=lambda run: (run.surfaced_on, run.account_id, run.play))
    for number, run in enumerate(diary.runs, 1):
        run.play_run_id = f"RUN-{number:05d}"

    local = month_balances(book, accounts, adjustments)
    balances = in_dollars(local)
    steps = crm.contracted_steps(book, ultimate(accounts))
    book.deals += crm.case_deals(balances, accounts, steps)
    book.deals.sort(key=lambda deal: (deal.on, deal.account_id, deal.kind))
    rights = billing.entitlements(book)
    calls = billing.metered_calls(book, rng)
    lines = billing.invoice_lines(book, accounts, calls)
    rates = finance.fx_rates(rng)
    opportunities = crm.opportunities(book.deals, accounts, people, book, rng)
    known = contacts(accounts, diary.troubles, rng)
    starts, ends = crm.first_starts(book), last_ends(book)
    lived = support.customer_months(accounts, starts, ends)
    usage_items = {i.item_id for i in book.items if i.charge_type == "usage"}

    tables: Tables = {
        "billing__products": products(),
        "billing__product_migrations": [
            {"old_product_id": old, "new_product_id": new, "effective_on": on}
            for old, new, on in MIGRATIONS
        ],
        "billing__subscriptions": list(book.subscriptions.values()),
        "billing__subscription_items": book.items,
        "billing__subscription_statuses": book.statuses,
        "billing__discounts": book.discounts,
        "billing__invoice_lines": lines,
        "billing__fx_rates": rates,
        "product__features": features(),
        "product__entitlements": rights,
        "crm__accounts": accounts,
        "crm__account_headcounts": headcounts(accounts, rng),
        "crm__users": people,
        "crm__contacts": known,
        "crm__activities": crm.activities(accounts, people, known, book, diary, rng),
        "crm__opportunities": opportunities,
        "crm__account_plans": crm.account_plans(accounts, book, rng),
        "crm__play_runs": diary.runs,
        "crm__compensation_plans": crm.compensation_plans(),
        "support__tickets": support.tickets(lived, diary, rng),
        "support__surveys": support.surveys(lived, known, diary, rng),
        "finance__gtm_costs": finance.gtm_costs(book.deals, balances, rng),
        "finance__gl_revenue": finance.gl_revenue(lines, rates, usage_items),
        "finance__arr_adjustments": adjustments,
        "finance__reported_metrics": finance.reported_metrics(balances, local),
        "finance__period_closes": finance.period_closes(),
    }
    usage = usage_rows(billing.seats_by_month(rights), rights, calls, diary, rng)
    add_bad_rows(as_rows(tables))
    return tables, usage


def ordinary(
    taken: int,
    names: dict[str, list[str]],
    people: list,
    book: Book,
    diary: Diary,
    rng: np.random.Generator,
) -> list[Account]:
    """Customers of the first day, new ones every month, and prospects."""
    starts = [(FOUNDED, int(rng.integers(3, 15))) for _ in range(CARVED_OUT)]
    for month in months(add_months(FOUNDED, 1)):
        for _ in range(max(3, int(rng.poisson(NEW_A_MONTH[month.year])))):
            starts.append((month + timedelta(days=int(rng.integers(0, 27))), 0))
    accounts: list[Account] = []
    deck: list[str] = []
    for start, _ in starts + [(None, 0)] * PROSPECTS:
        deck = deck or shuffled_segments(rng)
        created = (start or add_months(AS_OF, -int(rng.integers(2, 30)))) - timedelta(
            days=int(rng.integers(20, 200))
        )
        account = new_account(
            taken + len(accounts) + 1, deck.pop(), created, names, rng
        )
        accounts.append(account)
    assign_owners(accounts, people, rng)
    children = give_parents(accounts, starts)
    streams = rng.spawn(len(starts))
    for account, (start, term), stream in zip(accounts, starts, streams, strict=False):
        is_alone = account.account_id not in children
        live(account, start, book, diary, stream, term or None, is_alone)
    return accounts


def shuffled_segments(rng: np.random.Generator) -> list[str]:
    """A deck of cards, so that every year brings the same mix."""
    cards = [name for name, share in SEGMENT_SHARES.items() for _ in range(share)]
    return [str(card) for card in rng.permutation(cards)]


def give_parents(accounts: list[Account], starts: list) -> set[str]:
    """Three of the larger customers belong to others of the first day."""
    large = [
        a for a, _ in zip(accounts, starts, strict=False) if a.segment == "enterprise"
    ]
    parents, children = large[:3], large[-3:]
    for parent, child in zip(parents, children, strict=True):
        child.parent_account_id = parent.account_id
    return {account.account_id for account in parents + children}


def last_ends(book: Book) -> dict:
    """When accounts that left for good had left."""
    ends: dict = {}
    for subscription in book.subscriptions.values():
        ends.setdefault(subscription.account_id, []).append(subscription.ends_on)
    return {key: max(all_ends) for key, all_ends in ends.items() if all(all_ends)}


def products() -> list[dict]:
    keys = ("product_id", "product_name", "product_family", "tier_rank")
    return [
        {**dict(zip(keys, row[:4], strict=True)), "unit_of_measure": row[4]}
        for row in PRODUCTS
    ]


def features() -> list[dict]:
    return [
        {
            "feature_key": feature_key(product_id, name),
            "product_id": product_id,
            "feature_name": name.replace("_", " ").capitalize(),
            "is_core": kind == 0,
            "is_premium": kind == 2,
        }
        for product_id, kinds in FEATURES.items()
        for kind, group in enumerate(kinds)
        for name in group
    ]


def as_rows(tables: Tables) -> Tables:
    """Bad rows are copies of good ones, so every row becomes a dictionary."""
    for table, rows in tables.items():
        tables[table] = [row if isinstance(row, dict) else vars(row) for row in rows]
    return tables
