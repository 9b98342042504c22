"""Runs a hand-written script on a raw folder and prints the seconds it took.

`python -m benchmarks.hand_written SCRIPT FOLDER WAREHOUSE AS_OF`
"""

import sys
import time
from datetime import date
from pathlib import Path

import duckdb

HERE = Path(__file__).parent
NO_INVOICE_LINES = """
    create temp table invoice_lines (
        account_id varchar,
        item_id varchar,
        line_type varchar,
        currency varchar,
        amount decimal(18, 2),
        issued_on date
    )
"""
INVOICE_LINES = "create temp view invoice_lines as select * from read_parquet('{}')"


def invoice_lines(folder: Path) -> str:
    """The one table a raw folder may lack: empty, where nothing is invoiced."""
    path = folder / "billing__invoice_lines.parquet"
    if not path.exists():
        return NO_INVOICE_LINES
    return INVOICE_LINES.format(str(path).replace("'", "''"))


def build(script: str, folder: Path, warehouse: Path, as_of: date) -> float:
    """Computes the script's marts into a fresh DuckDB file."""
    with duckdb.connect(str(warehouse)) as connection:
        began = time.perf_counter()
        connection.execute("set variable raw = ?", [str(folder)])
        connection.execute("set variable as_of = ?::date", [as_of])
        connection.execute("set variable reporting_currency = 'USD'")
        connection.execute("set preserve_insertion_order = false")
        connection.execute(invoice_lines(folder))
        connection.execute((HERE / script).read_text(encoding="utf-8"))
        connection.execute("checkpoint")
        return time.perf_counter() - began


if __name__ == "__main__":
    script, folder, warehouse, as_of = sys.argv[1:]
    day = date.fromisoformat(as_of)
    print(build(script, Path(folder), Path(warehouse), day))
