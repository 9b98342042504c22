"""Writes a raw folder with usage at scale, as Parquet by month: the same arguments give
the same rows.

Some thousand accounts hold products with features, one of them metered. Each user
comes on a third of the days and uses a few features of a product the account has.
`generate_day` adds what the next day delivers: its own rows and late ones of before.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from benchmarks.generate import AS_OF, SEED

ACCOUNTS = 5_000
MONTHS = 36
PRODUCTS, FEATURES = 4, 6
METERED = PRODUCTS - 1
CORE_FEATURES = 3
ROWS_PER_USER_MONTH = 20
LATE_SHARE, LATE_DAYS = 0.02, 44

Ints = NDArray[np.int64]

TABLES = {
    "billing__products": """
        select 'product_' || p as product_id, 'Product ' || p as product_name,
            'family_' || p as product_family, 1 as tier_rank,
            'seat' as unit_of_measure
        from range({products}) as t(p)
    """,
    "crm__accounts": """
        select 'account_' || lpad(a::varchar, 5, '0') as account_id,
            'Account ' || a as account_name,
            case when a % 50 = 7 then 'account_' || lpad((a - 7)::varchar, 5, '0') end
                as parent_account_id,
            ['enterprise', 'mid_market', 'small'][a % 3 + 1] as segment
        from range({accounts}) as t(a)
    """,
    "billing__subscriptions": """
        select 'sub_' || a as subscription_id,
            'account_' || lpad(a::varchar, 5, '0') as account_id, 'USD' as currency,
            '{first}'::date as started_on
        from range({accounts}) as t(a)
    """,
    "billing__subscription_items": """
        select 'item_' || a as item_id, 'sub_' || a as subscription_id,
            'product_0' as product_id, 'recurring' as charge_type,
            'month' as billing_interval, 1 as interval_count, 10 as quantity,
            20.0 as unit_price, '{first}'::date as valid_from
        from range({accounts}) as t(a)
    """,
    "product__features": """
        select 'p' || p || '.f' || f as feature_key, 'product_' || p as product_id,
            f < {core} as is_core, f = {features} - 1 as is_premium
        from range({products}) as t(p), range({features}) as u(f)
    """,
    "product__entitlements": """
        select 'account_' || lpad(a::varchar, 5, '0') as account_id,
            'product_' || p as product_id,
            case when p = {metered} then 'calls' else 'seats' end as meter,
            case when p = {metered} then 60000 else 5 + a % 40 end
                + 5 * step as limit_quantity,
            '{first}'::date + (a % 200 + 300 * step)::integer as valid_from,
            case when step = 0 and a % 3 > 0
                then '{first}'::date + (a % 200 + 300)::integer end as valid_to
        from range({accounts}) as t(a), range({products}) as u(p), range(2) as v(step)
        where (a + p) % 3 > 0 and (step = 0 or a % 3 > 0)
    """,
}
USAGE = """
    copy (
        select 'account_' || lpad(account::varchar, 5, '0') as account_id,
            md5(person::varchar) as user_id,
            'p' || product || '.f' || feature as feature_key,
            '{first}'::date + day::integer as usage_date,
            events as event_count,
            case when product = {metered} and feature = 0
                then (events * 17)::decimal(18, 2) end as quantity
        from rows_of_month
        order by day, row
    ) to '{path}' (format parquet, compression zstd)
"""


@dataclass(frozen=True)
class People:
    """Account of each user, and how much of the company's use is theirs."""

    account: Ints
    share: NDArray[np.float64]


def months_of(months: int) -> list[date]:
    """First days of the months that end with the as-of date's."""
    year, month = AS_OF.year, AS_OF.month
    firsts = []
    for _ in range(months):
        firsts.append(date(year, month, 1))
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return firsts[::-1]


def people(rng: np.random.Generator, users: int) -> People:
    """Few accounts have most of the users; few users do most of the work."""
    size = rng.lognormal(0, 1.0, ACCOUNTS)
    accounts = np.sort(rng.choice(ACCOUNTS, users, p=size / size.sum()))
    share = rng.lognormal(0, 0.3, users)
    return People(accounts, share / share.sum())


def usage(
    rng: np.random.Generator, who: People, rows: int, days: Ints
) -> dict[str, Ints]:
    """That many rows on the days, no user, feature and day twice."""
    keys = np.empty(0, dtype=np.int64)
    while len(keys) < rows:
        size = int((rows - len(keys)) * 1.6) + 1000
        person = rng.choice(len(who.share), size, p=who.share)
        # A user keeps to two products and, most days, to few of their features.
        product = (who.account[person] + 1 + person % 2) % 3
        product = np.where(person % 11 == 0, METERED, product)
        feature = (rng.random(size) ** 1.6 * FEATURES).astype(np.int64)
        # Everybody has days of their own on which they come.
        step = rng.integers(0, max(len(days) // 2, 1), size)
        day = days[(2 * step + person) % len(days)]
        key = ((person * PRODUCTS + product) * FEATURES + feature) * 2000 + day
        keys = np.unique(np.concatenate([keys, key]))
    keys = np.sort(rng.permutation(keys)[:rows])
    rest, day = np.divmod(keys, 2000)
    rest, feature = np.divmod(rest, FEATURES)
    person, product = np.divmod(rest, PRODUCTS)
    return {
        "row": rng.permutation(rows),
        "account": who.account[person],
        "person": person,
        "product": product,
        "feature": feature,
        "day": day,
        "events": 1 + rng.poisson(3, rows),
    }


def write(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    rows: dict[str, Ints],
    first: date,
) -> None:
    connection.register("rows_of_month", pa.table(rows))
    connection.execute(USAGE.format(path=path, metered=METERED, first=first))


def generate_usage(folder: Path, rows: int, months: int = MONTHS) -> None:
    """Writes all tables; usage as one file a month."""
    firsts = months_of(months)
    users = max(rows // months // ROWS_PER_USER_MONTH, 10)
    rng = np.random.default_rng(SEED)
    who = people(rng, users)
    (folder / "product__usage_daily").mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        for name, query in TABLES.items():
            sql = query.format(
                products=PRODUCTS,
                features=FEATURES,
                core=CORE_FEATURES,
                metered=METERED,
                accounts=ACCOUNTS,
                first=firsts[0],
            )
            path = folder / f"{name}.parquet"
            connection.execute(f"copy ({sql}) to '{path}' (format parquet)")
        ends = [*firsts[1:], AS_OF + timedelta(days=1)]
        for number, (start, end) in enumerate(zip(firsts, ends, strict=True)):
            days = np.arange((start - firsts[0]).days, (end - firsts[0]).days)
            size = rows * (number + 1) // months - rows * number // months
            path = folder / "product__usage_daily" / f"{start:%Y-%m}.parquet"
            write(connection, path, usage(rng, who, size, days), firsts[0])


def generate_day(folder: Path, rows: int, months: int = MONTHS) -> tuple[Path, date]:
    """Adds the next day, with rows that come late: the file, and which day it is."""
    firsts = months_of(months)
    users = max(rows // months // ROWS_PER_USER_MONTH, 10)
    who = people(np.random.default_rng(SEED), users)
    rng = np.random.default_rng(SEED + 1)
    tomorrow = AS_OF + timedelta(days=1)
    day = (tomorrow - firsts[0]).days
    size = rows // months // 30
    fresh = usage(rng, who, size, np.array([day]))
    late = usage(
        rng, who, max(int(size * LATE_SHARE), 1), day - 1 - np.arange(LATE_DAYS)
    )
    # Nobody of before did these: late rows are of people the log does not know yet.
    late["person"] = late["person"] + users
    both = {name: np.concatenate([fresh[name], late[name]]) for name in fresh}
    path = folder / "product__usage_daily" / f"{tomorrow}.parquet"
    with duckdb.connect() as connection:
        write(connection, path, both, firsts[0])
    return path, tomorrow
