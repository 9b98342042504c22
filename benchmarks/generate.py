"""Writes a raw folder of Parquet at scale: the same arguments give the same rows.

Each account walks through up to six items. Every step but the first follows from
the one before: more seats, a new price, a swap within the family, a cross-sell, a
metered or one-off charge, or a return after a gap. One pass per step, all accounts
at once, so a million items take seconds.
"""

import argparse
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

LAST_MONTH = np.datetime64("2026-06", "M")
AS_OF = date(2026, 6, 30)
SEED = 20260630
FAMILIES, TIERS = 4, 3
PRODUCTS = FAMILIES * TIERS
ITEMS_PER_ACCOUNT = np.array([0.42, 0.26, 0.15, 0.09, 0.05, 0.03])
MEDIAN_LIFETIME_DAYS = 14 * 30.4
NEVER = np.int64(10**6)  # days past any horizon: still open

STEPS = np.array(
    ["seats", "price", "swap", "step", "cross_sell", "return", "charge"],
)
STEP_SHARES = np.array([0.25, 0.15, 0.10, 0.06, 0.16, 0.19, 0.09])
REPLACING = ("seats", "price", "swap", "step")
CHANGE_REASONS = {
    "seats": "amendment",
    "price": "price_change",
    "swap": "amendment",
    "step": "step_up",
}
INTERVALS = np.array(["month", "year", "month", "week", "day"])
INTERVAL_COUNTS = np.array([1, 1, 3, 1, 1])
INTERVAL_SHARES = np.array([0.64, 0.26, 0.07, 0.02, 0.01])
INTERVALS_A_YEAR = np.array([12, 1, 4, 52, 365])
CURRENCIES = np.array(["USD", "EUR", "GBP"])
CURRENCY_SHARES = np.array([0.75, 0.15, 0.10])
DISCOUNTED_SHARE = 0.05
STATUS_SHARE = 0.03
TRIAL_SHARE = 0.05
MERGED_SHARE = 0.002
CHILD_SHARE = 0.02
ODD_CURRENCY_SHARE = 0.01
PLAN_RATES = {"EUR": 1.12, "GBP": 1.29}
SEGMENTS = np.array(["enterprise", "mid_market", "small"])
COUNTRIES = np.array(["AT", "CA", "DE", "FR", "GB", "NL", "SE", "US"])
INDUSTRIES = np.array(
    ["education", "finance", "health", "manufacturing", "retail", "software"]
)

Ints = NDArray[np.int64]
Rows = dict[str, NDArray]


@dataclass
class Book:
    """What has been sold: every item in one array per column, subscriptions beside."""

    rng: np.random.Generator
    first_day: int
    last_day: int
    items: Rows
    n_items: int = 0
    n_subscriptions: int = 0
    subscriptions: list[Rows] = field(default_factory=list)

    def add_items(self, rows: Rows) -> Ints:
        """Writes the rows and says where they went."""
        where = self.n_items + np.arange(len(rows["account"]))
        for name, values in rows.items():
            self.items[name][where] = values
        self.n_items += len(where)
        return where

    def open_subscriptions(self, accounts: Ints, currencies: Ints, start: Ints) -> Ints:
        """New subscriptions; one in a hundred is paid in another currency."""
        ids = self.n_subscriptions + np.arange(len(accounts))
        self.n_subscriptions += len(accounts)
        odd = self.rng.random(len(accounts)) < ODD_CURRENCY_SHARE
        paid_in = np.where(odd, (currencies + 1) % len(CURRENCIES), currencies)
        self.subscriptions.append(
            {"account": accounts, "currency": paid_in, "start": start}
        )
        return ids


def empty_book(seed: int, first_day: int, last_day: int, items: int) -> Book:
    """A book with room for so many items."""
    whole = ("account", "subscription", "product", "interval", "start", "end")
    rows: Rows = {name: np.zeros(items, dtype=np.int64) for name in whole}
    rows |= {name: np.zeros(items) for name in ("quantity", "price")}
    rows |= {name: np.empty(items, dtype="U10") for name in ("step", "charge")}
    return Book(np.random.default_rng(seed), first_day, last_day, rows)


def item_counts(rng: np.random.Generator, items: int, accounts: int) -> Ints:
    """One to six items an account, adding up to exactly the number asked for."""
    if not accounts <= items <= 6 * accounts:
        raise SystemExit("--items must be between --accounts and six times it")
    counts = rng.choice(np.arange(1, 7), size=accounts, p=ITEMS_PER_ACCOUNT)
    while (missing := items - int(counts.sum())) != 0:
        movable = np.flatnonzero(counts < 6 if missing > 0 else counts > 1)
        counts[rng.permutation(movable)[: abs(missing)]] += np.sign(missing)
    return counts.astype(np.int64)


def lifetimes(rng: np.random.Generator, size: int) -> Ints:
    """Half end within fourteen months, a long tail stays for years."""
    mean = MEDIAN_LIFETIME_DAYS / np.log(2)
    return np.maximum(rng.exponential(mean, size).astype(np.int64), 1)


def ends_after(book: Book, starts: Ints) -> Ints:
    """When items that start then end; an end far past the horizon is not known yet."""
    ends = starts + lifetimes(book.rng, len(starts))
    return np.where(ends > book.last_day + 120, NEVER, ends)


def list_prices(rng: np.random.Generator, products: Ints, interval: Ints) -> NDArray:
    """A price per unit and interval, with up to four decimals."""
    yearly = 90.0 * (1 + products % TIERS) * rng.uniform(0.8, 1.3, len(products))
    return np.round(np.maximum(yearly / INTERVALS_A_YEAR[interval], 0.05), 4)


def seats(rng: np.random.Generator, size: int) -> NDArray:
    """Mostly small teams; one quantity in fifty is a fraction."""
    whole = np.ceil(rng.lognormal(2.3, 1.0, size))
    return np.where(rng.random(size) < 0.02, whole + 0.25, whole)


def billing_intervals(rng: np.random.Generator, size: int) -> Ints:
    return rng.choice(len(INTERVALS), size, p=INTERVAL_SHARES)


def first_items(book: Book, currencies: Ints) -> Rows:
    """The item every account begins with."""
    rng, size = book.rng, len(currencies)
    accounts = np.arange(size)
    starts = rng.integers(book.first_day, book.last_day - 3, size)
    products, intervals = rng.integers(0, PRODUCTS, size), billing_intervals(rng, size)
    return {
        "account": accounts,
        "subscription": book.open_subscriptions(accounts, currencies, starts),
        "product": products,
        "interval": intervals,
        "quantity": seats(rng, size),
        "price": list_prices(rng, products, intervals),
        "start": starts,
        "end": ends_after(book, starts),
        "step": np.full(size, "first"),
        "charge": np.full(size, "recurring"),
    }


def cut_days(book: Book, now: Rows) -> Ints:
    """When an item gives way: at its end or, if that is not near, some day before."""
    room = np.maximum(book.last_day - now["start"], 2)
    day = now["start"] + 1 + (book.rng.random(len(room)) * room).astype(np.int64)
    return np.where(now["end"] < book.last_day - 90, now["end"], day)


def start_days(book: Book, now: Rows, step: NDArray, cuts: Ints) -> Ints:
    """A replacement starts where the old item ends, a return after a gap."""
    rng, size = book.rng, len(step)
    is_short = rng.random(size) < 0.6
    gaps = np.where(is_short, rng.integers(5, 61, size), rng.integers(61, 400, size))
    length = np.minimum(now["end"], book.last_day + 30) - now["start"]
    within = (rng.random(size) * np.maximum(length, 1)).astype(np.int64)
    return np.select(
        [np.isin(step, REPLACING), step == "return", step == "cross_sell"],
        [cuts, cuts + gaps, now["start"] + within],
        now["start"],
    )


def next_products(rng: np.random.Generator, now: Rows, step: NDArray) -> Ints:
    """A swap stays in the family; a cross-sell or a charge is any other product."""
    size, held = len(step), now["product"]
    sibling = held // TIERS * TIERS + (held + rng.integers(1, TIERS, size)) % TIERS
    other = (held + rng.integers(1, PRODUCTS, size)) % PRODUCTS
    changes = (step == "return") & (rng.random(size) < 0.2)
    changes |= np.isin(step, ("cross_sell", "charge"))
    return np.where(step == "swap", sibling, np.where(changes, other, held))


def next_quantities(rng: np.random.Generator, now: Rows, step: NDArray) -> NDArray:
    size = len(step)
    resized = np.ceil(now["quantity"] * rng.choice([0.5, 0.8, 1.3, 2.0], size))
    return np.select(
        [np.isin(step, ("seats", "step")), np.isin(step, ("price", "swap", "return"))],
        [resized, now["quantity"]],
        seats(rng, size),
    )


def next_items(book: Book, now: Rows, currencies: Ints, cuts: Ints) -> Rows:
    """What each account signs after what it has now."""
    rng, size = book.rng, len(currencies)
    step = now["next"]
    starts = start_days(book, now, step, cuts)
    products = next_products(rng, now, step)
    anew = (step == "return") | ((step == "cross_sell") & (rng.random(size) < 0.5))
    subscriptions = now["subscription"].copy()
    subscriptions[anew] = book.open_subscriptions(
        now["account"][anew], currencies[anew], starts[anew]
    )
    intervals = np.where(anew, billing_intervals(rng, size), now["interval"])
    repriced = np.round(now["price"] * rng.choice([0.93, 1.05, 1.08], size), 4)
    is_charge = step == "charge"
    metered = np.where(rng.random(size) < 0.5, "usage", "one_time")
    return {
        "account": now["account"],
        "subscription": subscriptions,
        "product": products,
        "interval": intervals,
        "quantity": next_quantities(rng, now, step),
        "price": np.select(
            [np.isin(step, ("price", "step")), step == "seats"],
            [np.maximum(repriced, 0.01), now["price"]],
            list_prices(rng, products, intervals),
        ),
        "start": starts,
        "end": np.where(is_charge, now["end"], ends_after(book, starts)),
        "step": step,
        "charge": np.where(is_charge, metered, "recurring"),
    }


def sell(book: Book, counts: Ints, currencies: Ints) -> None:
    """All items of all accounts, one step of every account at a time."""
    main = book.add_items(first_items(book, currencies))
    for position in range(1, int(counts.max())):
        going = np.flatnonzero(counts > position)
        rows = main[going]
        now = {name: values[rows] for name, values in book.items.items()}
        step = now["next"] = book.rng.choice(STEPS, len(going), p=STEP_SHARES)
        cuts = cut_days(book, now)
        signed = book.add_items(next_items(book, now, currencies[going], cuts))
        ended = np.isin(step, (*REPLACING, "return"))
        book.items["end"][rows[ended]] = cuts[ended]
        # An add-on is not always what the next step replaces.
        is_addon = (step == "cross_sell") & (book.rng.random(len(going)) < 0.5)
        main[going] = np.where(is_addon | (step == "charge"), rows, signed)


def days(values: Ints) -> pa.Array:
    """Dates; one past any horizon is empty."""
    return pa.array(values.astype(np.int32), pa.int32(), mask=values >= NEVER).cast(
        pa.date32()
    )


def account_rows(rng: np.random.Generator, size: int, first_day: int) -> pa.Table:
    """Accounts, some with a parent, a few merged into another; never a ring."""
    accounts = np.arange(size)
    draw = rng.random(size)
    is_merged = draw < MERGED_SHARE
    is_child = (draw >= MERGED_SHARE) & (draw < MERGED_SHARE + CHILD_SHARE)
    tops = accounts[~(is_merged | is_child)]
    chosen = tops[rng.integers(0, len(tops), size)]
    return pa.table(
        {
            "account": accounts,
            "parent": pa.array(chosen, mask=~is_child),
            "merged_into": pa.array(chosen, mask=~is_merged),
            "segment": SEGMENTS[rng.choice(3, size, p=[0.1, 0.3, 0.6])],
            "industry": INDUSTRIES[rng.integers(0, len(INDUSTRIES), size)],
            "country": COUNTRIES[rng.integers(0, len(COUNTRIES), size)],
            "created_on": days(np.full(size, first_day - 30)),
        }
    )


def item_rows(book: Book) -> pa.Table:
    """Items as the contract names them, keys still numbers."""
    items = book.items
    is_step = items["step"] == "step"
    reasons = np.array([CHANGE_REASONS.get(step, "") for step in STEPS])
    order = np.argsort(STEPS)
    place = np.searchsorted(STEPS, items["step"], sorter=order) % len(STEPS)
    reason = np.where(items["step"] == "first", "", reasons[order[place]])
    return pa.table(
        {
            "item": np.arange(book.n_items),
            "subscription": items["subscription"],
            "product": items["product"],
            "charge_type": items["charge"],
            "billing_interval": INTERVALS[items["interval"]],
            "interval_count": INTERVAL_COUNTS[items["interval"]],
            "quantity": items["quantity"],
            "unit_price": items["price"],
            "valid_from": days(items["start"]),
            "valid_to": days(items["end"]),
            "change_reason": pa.array(reason, mask=reason == ""),
            "is_contracted_step": is_step,
        }
    )


def subscription_rows(book: Book) -> pa.Table:
    """Subscriptions run from their first item to their last; some began as a trial."""
    rng, size = book.rng, book.n_subscriptions
    joined = {
        name: np.concatenate([rows[name] for rows in book.subscriptions])
        for name in ("account", "currency", "start")
    }
    ends = np.zeros(size, dtype=np.int64)
    np.maximum.at(ends, book.items["subscription"], book.items["end"])
    ends = np.maximum(ends, joined["start"] + 1)
    trials = np.where(rng.random(size) < TRIAL_SHARE, joined["start"] + 14, NEVER)
    asked = np.maximum(joined["start"], ends - rng.integers(0, 60, size))
    return pa.table(
        {
            "subscription": np.arange(size),
            "account": joined["account"],
            "currency": CURRENCIES[joined["currency"]],
            "started_on": days(joined["start"]),
            "trial_ends_on": days(trials),
            "cancelled_on": days(np.where(ends < NEVER, asked, NEVER)),
            "ends_on": days(ends),
        }
    )


def status_rows(book: Book, starts: Ints) -> pa.Table:
    """Three in a hundred subscriptions were active, late or paused, then active."""
    rng = book.rng
    chosen = np.flatnonzero(rng.random(len(starts)) < STATUS_SHARE)
    size = len(chosen)
    began = starts[chosen]
    late = began + rng.integers(20, 500, size)
    back = late + rng.integers(15, 160, size)
    names = np.where(rng.random(size) < 0.6, "past_due", "paused")
    return pa.table(
        {
            "subscription": np.tile(chosen, 3),
            "status": np.concatenate(
                [np.full(size, "active"), names, np.full(size, "active")]
            ),
            "valid_from": days(np.concatenate([began, late, back])),
            "valid_to": days(np.concatenate([late, back, np.full(size, NEVER)])),
        }
    )


def discount_rows(book: Book, starts: Ints) -> pa.Table:
    """Five in a hundred subscriptions have a discount, or two; half are of one item."""
    rng = book.rng
    chosen = np.flatnonzero(rng.random(len(starts)) < DISCOUNTED_SHARE)
    chosen = np.concatenate([chosen, chosen[rng.random(len(chosen)) < 0.1]])
    size = len(chosen)
    first_item = np.full(len(starts), -1)
    backwards = np.arange(book.n_items)[::-1]
    first_item[book.items["subscription"][backwards]] = backwards
    item = first_item[chosen]
    by_item = (rng.random(size) < 0.5) & (item >= 0)
    by_percent = rng.random(size) < 0.8
    begins = starts[chosen] + np.where(
        rng.random(size) < 0.6, 0, rng.integers(10, 300, size)
    )
    ends = np.where(rng.random(size) < 0.5, begins + rng.integers(30, 500, size), NEVER)
    return pa.table(
        {
            "discount": np.arange(size),
            "subscription": chosen,
            "item": pa.array(item, mask=~by_item),
            "percent_off": pa.array(
                rng.choice([5.0, 10.0, 12.5, 20.0, 50.0], size), mask=~by_percent
            ),
            "amount_off": pa.array(
                np.round(rng.uniform(0.5, 12.0, size), 2), mask=by_percent
            ),
            "duration": rng.choice(
                ["forever", "repeating", "once"], size, p=[0.7, 0.2, 0.1]
            ),
            "valid_from": days(begins),
            "valid_to": days(ends),
        }
    )


def rate_rows(rng: np.random.Generator, months: NDArray) -> pa.Table:
    """A plan rate each January and a spot rate each month, for every other currency."""
    rows = []
    for currency, rate in PLAN_RATES.items():
        for month in months:
            spot = round(rate * rng.uniform(0.93, 1.07), 6)
            rows.append((currency, "spot", month.astype("M8[D]").item(), spot))
            if month.astype("M8[M]").astype(int) % 12 == 0:
                rows.append((currency, "plan", month.astype("M8[D]").item(), spot))
    names = ("currency", "rate_type", "valid_from", "rate")
    return pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


PRODUCTS_SQL = f"""
    select
        'product_' || lpad(range::varchar, 2, '0') as product_id,
        'Product ' || range as product_name,
        'family_' || (range // {TIERS}) as product_family,
        (range % {TIERS} + 1)::integer as tier_rank,
        'seat' as unit_of_measure
    from range({PRODUCTS})
"""
MIGRATIONS_SQL = f"""
    select
        'product_{PRODUCTS - 1}' as old_product_id,
        'product_{PRODUCTS - 2}' as new_product_id,
        date '2023-01-01' as effective_on
"""
ACCOUNTS_SQL = """
    select
        'account_' || lpad(account::varchar, 7, '0') as account_id,
        'Account ' || account as account_name,
        'account_' || lpad(parent::varchar, 7, '0') as parent_account_id,
        'account_' || lpad(merged_into::varchar, 7, '0') as merged_into_account_id,
        segment,
        industry,
        country,
        null::varchar as csm_user_id,
        null::varchar as account_manager_user_id,
        null::varchar as sales_user_id,
        created_on
    from account_rows
"""
SUBSCRIPTIONS_SQL = """
    select
        'sub_' || lpad(subscription::varchar, 8, '0') as subscription_id,
        'account_' || lpad(account::varchar, 7, '0') as account_id,
        currency,
        started_on,
        trial_ends_on,
        cancelled_on,
        ends_on,
        null::date as term_ends_on,
        true as auto_renew,
        null::varchar as cancel_reason
    from subscription_rows
    order by started_on, subscription
"""
ITEMS_SQL = """
    select
        'item_' || lpad(item::varchar, 8, '0') as item_id,
        'sub_' || lpad(subscription::varchar, 8, '0') as subscription_id,
        'product_' || lpad(product::varchar, 2, '0') as product_id,
        charge_type,
        billing_interval,
        interval_count::integer as interval_count,
        quantity::decimal(18, 6) as quantity,
        unit_price::decimal(18, 6) as unit_price,
        valid_from,
        valid_to,
        change_reason,
        is_contracted_step
    from item_rows
    order by valid_from, item
"""
STATUSES_SQL = """
    select
        'sub_' || lpad(subscription::varchar, 8, '0') as subscription_id,
        status,
        valid_from,
        valid_to
    from status_rows
"""
DISCOUNTS_SQL = """
    select
        'discount_' || lpad(discount::varchar, 7, '0') as discount_id,
        'sub_' || lpad(subscription::varchar, 8, '0') as subscription_id,
        'item_' || lpad(item::varchar, 8, '0') as item_id,
        percent_off::decimal(18, 6) as percent_off,
        amount_off::decimal(18, 6) as amount_off,
        duration,
        valid_from,
        valid_to
    from discount_rows
"""
RATES_SQL = """
    select
        currency,
        rate_type,
        valid_from,
        rate::decimal(18, 6) as rate
    from rate_rows
"""
FILES = {
    "billing__products": PRODUCTS_SQL,
    "billing__product_migrations": MIGRATIONS_SQL,
    "billing__subscriptions": SUBSCRIPTIONS_SQL,
    "billing__subscription_items": ITEMS_SQL,
    "billing__subscription_statuses": STATUSES_SQL,
    "billing__discounts": DISCOUNTS_SQL,
    "billing__fx_rates": RATES_SQL,
    "crm__accounts": ACCOUNTS_SQL,
}


def generate(folder: Path, items: int, accounts: int, months: int, seed: int) -> None:
    """Writes the folder: the core tables and those that change a balance."""
    spine = LAST_MONTH - np.arange(months)[::-1]
    first_day = int(spine[0].astype("M8[D]").astype(np.int64))
    last_day = int((LAST_MONTH + 1).astype("M8[D]").astype(np.int64)) - 1
    book = empty_book(seed, first_day, last_day, items)
    counts = item_counts(book.rng, items, accounts)
    sell(book, counts, book.rng.choice(3, accounts, p=CURRENCY_SHARES))
    starts = np.concatenate([rows["start"] for rows in book.subscriptions])
    tables = {
        "account_rows": account_rows(book.rng, accounts, first_day),
        "subscription_rows": subscription_rows(book),
        "item_rows": item_rows(book),
        "status_rows": status_rows(book, starts),
        "discount_rows": discount_rows(book, starts),
        "rate_rows": rate_rows(book.rng, spine),
    }
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        for name, table in tables.items():
            connection.register(name, table)
        for name, query in FILES.items():
            path = str(folder / f"{name}.parquet").replace("'", "''")
            connection.execute(f"copy ({query}) to '{path}' (format parquet)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--accounts", type=int, default=450_000)
    parser.add_argument("--months", type=int, default=88)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    generate(given.out, given.items, given.accounts, given.months, given.seed)


if __name__ == "__main__":
    main()
