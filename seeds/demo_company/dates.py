"""Dates of the demo company. Nothing here reads the clock."""

import calendar
from collections.abc import Iterator
from datetime import date, timedelta

FOUNDED = date(2023, 1, 1)
AS_OF = date(2026, 6, 30)
USAGE_FROM = date(2023, 7, 1)
PLAYS_FROM = date(2023, 10, 1)
FAR = date(9999, 12, 31)


def day(iso: str) -> date:
    return date.fromisoformat(iso)


def month_start(on: date) -> date:
    return on.replace(day=1)


def month_end(on: date) -> date:
    return on.replace(day=calendar.monthrange(on.year, on.month)[1])


def add_months(on: date, months: int) -> date:
    """The same day some months later; the month's last day where there is none."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(on.day, last))


def months(first: date, last: date = AS_OF) -> Iterator[date]:
    """First days of the months from one date to another, both included."""
    month = month_start(first)
    while month <= last:
        yield month
        month = add_months(month, 1)


def month_number(on: date) -> int:
    return on.year * 12 + on.month


def workday(on: date, number: int) -> date:
    """The n-th Monday-to-Friday day from a date on."""
    while True:
        number -= on.weekday() < 5
        if number == 0:
            return on
        on += timedelta(days=1)
