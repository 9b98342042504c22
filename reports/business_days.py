"""Days on which people work: Monday to Friday. Holidays are not known."""

import datetime as dt

SATURDAY = 5
# The fewest business days of a month: a February of four weeks.
FEWEST = 20


def business_day(month: dt.date, number: int) -> dt.date:
    """The first, second, ... business day of the month in which a date lies."""
    if not 1 <= number <= FEWEST:
        raise ValueError(
            f"There is no business day {number} in every month: expected 1 to {FEWEST}."
        )
    first = month.replace(day=1)
    days = (first + dt.timedelta(days=passed) for passed in range(28))
    return [day for day in days if day.weekday() < SATURDAY][number - 1]
