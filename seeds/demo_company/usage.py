"""Product usage: a sampled event log that keeps every active user active.

Whoever is active in a month has a core-feature event in each half of it, so any
28 days that lie in active months count the user.
"""

from collections import defaultdict
from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .catalog import FAMILY, FEATURES, RUNS_PER_WORKSPACE, feature_key
from .dates import AS_OF, FAR, USAGE_FROM, month_end, month_number, months
from .lives import Diary, Pulse

EPOCH = date(1970, 1, 1)
SCHEMA = pa.schema(
    [
        ("account_id", pa.string()),
        ("user_id", pa.string()),
        ("feature_key", pa.string()),
        ("usage_date", pa.date32()),
        ("event_count", pa.int64()),
        ("quantity", pa.decimal128(18, 2)),
    ]
)
Row = tuple[str, str, str, int, int, int | None]
Spans = list[tuple[date, date, int]]


def number(on: date) -> int:
    return (on - EPOCH).days


def working_days(
    first: int, stop: int, count: int, rng: np.random.Generator
) -> np.ndarray:
    """Random days of a span; one in thirty falls on a weekend."""
    days = np.arange(first, stop)
    weight = np.where((days + 3) % 7 >= 5, 0.08, 1.0)
    return rng.choice(days, count, p=weight / weight.sum())


def user_name(account_id: str, n: int | str) -> str:
    return f"PU-{account_id[4:]}-{n:>03}"


def seat_rows(
    account_id: str,
    product_id: str,
    month: date,
    active: int,
    born: date,
    rng: np.random.Generator,
) -> list[Row]:
    """Events of a month's active users on the features of one product."""
    age = month_number(month) - month_number(born)
    core, other, _ = FEATURES[product_id]
    known = core[: 1 + age // 2]
    first, last = number(month), number(month_end(month))
    middle = first + 15
    users = np.arange(active) + age // 8
    rows: list[Row] = []
    for begin, stop in ((first + 3, middle), (middle + 2, last + 1)):
        days = working_days(begin, stop, active, rng)
        picks = rng.integers(0, len(known), active)
        counts = 1 + rng.poisson(4, active)
        rows += [
            (account_id, user_name(account_id, int(user)),
             feature_key(product_id, known[pick]), int(on), int(count), None)
            for user, pick, on, count in zip(users, picks, days, counts, strict=True)
        ]  # fmt: skip
    if other and age > 2:
        some = users[rng.random(active) < 0.22]
        days = working_days(first + 3, last + 1, len(some), rng)
        rows += [
            (account_id, user_name(account_id, int(user)),
             feature_key(product_id, other[0]), int(on), 1 + int(rng.poisson(2)), None)
            for user, on in zip(some, days, strict=True)
        ]  # fmt: skip
    return [row for row in rows if row[3] >= number(born)]


def tried_rows(
    account_id: str, product_id: str, month: date, rng: np.random.Generator
) -> list[Row]:
    """A few users on a premium feature the account does not pay for."""
    feature = feature_key(product_id, FEATURES[product_id][2][0])
    first = number(month) + 3
    rows: list[Row] = []
    for user in range(int(rng.integers(2, 4))):
        days = working_days(first, first + 25, 2, rng)
        rows += [
            (account_id, user_name(account_id, user + 1), feature, int(on), 2, None)
            for on in np.unique(days)
        ]
    return rows


def metered_rows(
    account_id: str,
    product_id: str,
    month: date,
    total: int,
    days: np.ndarray,
    rng: np.random.Generator,
) -> list[Row]:
    """A month's quantity spread over some days of two service users."""
    feature = feature_key(product_id, FEATURES[product_id][0][0])
    offsets = number(month) + days
    weight = np.where((offsets + 3) % 7 >= 5, 0.3, 1.0) * rng.uniform(
        0.7, 1.3, len(days)
    )
    parts = np.floor(weight / weight.sum() * total).astype(int)
    parts[-1] += total - parts.sum()
    return [
        (account_id, user_name(account_id, f"API{n % 2 + 1}"), feature,
         int(on), 1 + int(part) // 40, int(part))
        for n, (on, part) in enumerate(zip(offsets, parts, strict=True))
    ]  # fmt: skip


def some_days(
    month: date, count: int, born: date, rng: np.random.Generator
) -> np.ndarray:
    """Days of the month, counted from 0, not before the contract began."""
    first = max(0, number(born) - number(month))
    left = np.arange(first, month_end(month).day)
    return np.sort(rng.choice(left, min(count, len(left)), replace=False))


def active_rate(product_id: str, pulse: Pulse) -> float:
    """The add-ons are used by fewer of those who hold a seat."""
    return pulse.rate if FAMILY[product_id] == "platform" else pulse.rate * 0.8


def usage_rows(
    seats: dict[tuple[str, str], Spans],
    rights: list[dict],
    calls: dict[tuple[str, date], int],
    diary: Diary,
    rng: np.random.Generator,
) -> list[Row]:
    rows: list[Row] = []
    steady: dict[str, float] = defaultdict(lambda: float(rng.uniform(0.56, 0.76)))
    for (account_id, product_id), spans in sorted(seats.items()):
        born = spans[0][0]
        for start, end, quantity in spans:
            for month in months(max(start, USAGE_FROM), min(end, AS_OF)):
                on = month_end(month)
                if not start <= on < end:
                    continue
                pulse = diary.pulses.get((account_id, month))
                pulse = pulse or Pulse(steady[account_id])
                active = round(active_rate(product_id, pulse) * quantity)
                rows += seat_rows(account_id, product_id, month, active, born, rng)
    for (account_id, month), pulse in sorted(diary.pulses.items()):
        if month >= USAGE_FROM:
            for product_id in pulse.tried:
                rows += tried_rows(account_id, product_id, month, rng)
    births = {r["account_id"]: r["valid_from"] for r in reversed(rights)
              if r["meter"] == "api_calls"}  # fmt: skip
    for (account_id, month), total in sorted(calls.items()):
        days = some_days(month, 16, births[account_id], rng)
        rows += metered_rows(account_id, "PRD-CONNECT", month, total, days, rng)
    for row in rights:
        if row["meter"] == "automation_runs":
            rows += automation_rows(row, rng)
    return rows


def automation_rows(right: dict, rng: np.random.Generator) -> list[Row]:
    rows: list[Row] = []
    workspaces = right["limit_quantity"] / RUNS_PER_WORKSPACE
    end = right["valid_to"] or FAR
    for month in months(max(right["valid_from"], USAGE_FROM)):
        if month_end(month) >= end:
            break
        age = month_number(month) - month_number(right["valid_from"])
        share = min(0.95, 0.35 + 0.03 * age) * rng.uniform(0.85, 1.15)
        total = int(float(workspaces) * RUNS_PER_WORKSPACE * share)
        days = some_days(month, 6, right["valid_from"], rng)
        rows += metered_rows(
            right["account_id"], "PRD-AUTOMATION", month, total, days, rng
        )
    return rows


def usage_table(rows: list[Row]) -> pa.Table:
    """One row per account, user, feature and day, in that order."""
    merged: dict[tuple[str, str, str, int], list[int | None]] = {}
    for account, user, feature, on, count, quantity in rows:
        key = (account, user, feature, on)
        if key in merged:
            merged[key][0] += count
            if quantity is not None:
                merged[key][1] += quantity
        else:
            merged[key] = [count, quantity]
    keys = sorted(merged)
    columns = list(zip(*keys, strict=True))
    values = [merged[key] for key in keys]
    quantities = [None if q is None else Decimal(q) for _, q in values]
    return pa.table(
        {
            "account_id": columns[0],
            "user_id": columns[1],
            "feature_key": columns[2],
            "usage_date": pa.array(columns[3], pa.int32()).cast(pa.date32()),
            "event_count": [count for count, _ in values],
            "quantity": pa.array(quantities, pa.decimal128(18, 2)),
        },
        schema=SCHEMA,
    )


def write_usage(rows: list[Row], path: str) -> int:
    table = usage_table(rows)
    pq.write_table(table, path, compression="zstd", compression_level=9)
    return table.num_rows
