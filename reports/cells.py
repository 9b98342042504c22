"""Formulas that know what they come to, and tables of a sheet that write them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from xlsxwriter.utility import xl_col_to_name

CENT = Decimal("0.01")
MILLIONTH = Decimal("0.000001")
# Above a table: the title, what it is, and a line left free.
HEADER = 4


@dataclass(frozen=True)
class Formula:
    """What a cell computes, without its equals sign, and what that comes to."""

    text: str
    value: Decimal | str

    def __add__(self, other: Formula) -> Formula:
        return Formula(f"{self.text}+{other.text}", number(self) + number(other))

    def __sub__(self, other: Formula) -> Formula:
        return Formula(f"{self.text}-({other.text})", number(self) - number(other))


def number(formula: Formula) -> Decimal:
    """The value of a formula that is no text."""
    assert isinstance(formula.value, Decimal)
    return formula.value


def cents(formula: Formula) -> Formula:
    """Rounded to cents: sums of what binary cannot hold are exact again."""
    rounded = number(formula).quantize(CENT, ROUND_HALF_UP)
    return Formula(f"ROUND({formula.text},2)", rounded)


def quotient(dividend: Formula, divisor: Formula, otherwise: str) -> Formula:
    """A fraction, or a text where there is nothing to divide by."""
    text = (
        f'IF({divisor.text}=0,"{otherwise}",'
        f"ROUND({dividend.text}/IF({divisor.text}=0,1,{divisor.text}),6))"
    )
    if not number(divisor):
        return Formula(text, otherwise)
    fraction = number(dividend) / number(divisor)
    return Formula(text, fraction.quantize(MILLIONTH, ROUND_HALF_UP))


@dataclass(frozen=True)
class Column:
    """A column of a table: its name in the rows, its heading, how it looks."""

    name: str
    title: str
    look: str = "text"
    width: int = 16


@dataclass(frozen=True)
class Table:
    """A sheet of rows, dicts by column name, that formulas can look things up in."""

    sheet: str
    about: str
    columns: Sequence[Column]
    rows: Sequence[dict[str, Any]]

    def letter(self, column: str) -> str:
        names = [each.name for each in self.columns]
        return xl_col_to_name(names.index(column))

    def cell(self, column: str, row: int) -> str:
        """The address of a cell within its own sheet; the first row is 0."""
        return f"{self.letter(column)}{HEADER + row + 1}"

    def span(self, column: str) -> str:
        """A column's cells, as other sheets address them; one when there are none."""
        letter, first = self.letter(column), HEADER + 1
        last = HEADER + max(len(self.rows), 1)
        return f"'{self.sheet}'!${letter}${first}:${letter}${last}"

    def sum(self, column: str, **where: Any) -> Formula:
        """The sum of a column over the rows in which columns have values."""
        chosen = [row for row in self.rows if _has(row, where)]
        value = sum((_plain(row[column]) for row in chosen), Decimal(0))
        if not where:
            return Formula(f"SUM({self.span(column)})", value)
        return Formula(f"SUMIFS({self.span(column)},{self._criteria(where)})", value)

    def count(self, **where: Any) -> Formula:
        """The number of rows in which columns have values."""
        chosen = [row for row in self.rows if _has(row, where)]
        return Formula(f"COUNTIFS({self._criteria(where)})", Decimal(len(chosen)))

    def _criteria(self, where: dict[str, Any]) -> str:
        return ",".join(
            f"{self.span(name)},{_literal(value)}" for name, value in where.items()
        )


def _has(row: dict[str, Any], where: dict[str, Any]) -> bool:
    return all(_plain(row[name]) == value for name, value in where.items())


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Formula) else value


def _literal(value: Any) -> str:
    if isinstance(value, dt.date):
        return f"DATE({value.year},{value.month},{value.day})"
    return f'"{value}"' if isinstance(value, str) else str(value)
