"""Writes the demo company as a raw folder: python -m seeds.demo_company [folder]."""

import csv
import sys
from collections.abc import Iterable
from dataclasses import asdict, is_dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from orchestration.raw_sources import contract

from .company import company
from .usage import write_usage

DEFAULT = Path(__file__).parent.parent / "raw"
USAGE = "product__usage_daily"


def text(value: object) -> str:
    """Nulls empty, booleans in lower case, dates ISO, numbers without padding."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        plain = f"{value:f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    return str(value)


def write_csv(path: Path, columns: list[str], rows: Iterable[object]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            values = asdict(row) if is_dataclass(row) else row
            writer.writerow([text(values.get(column)) for column in columns])
            count += 1
    return count


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    tables, usage = company()
    for table, rules in contract().items():
        if table != USAGE and table in tables:
            count = write_csv(
                folder / f"{table}.csv", list(rules["columns"]), tables[table]
            )
            print(f"{table:34}{count:>9,}")
    count = write_usage(usage, str(folder / f"{USAGE}.parquet"))
    print(f"{USAGE:34}{count:>9,}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT)
