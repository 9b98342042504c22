"""Runs the hand-written script on a raw folder and prints the seconds it took.

`python -m benchmarks.hand_written FOLDER WAREHOUSE`
"""

import sys
import time
from datetime import date
from pathlib import Path

import duckdb

from benchmarks.generate import AS_OF

SCRIPT = Path(__file__).with_suffix(".sql")


def build(folder: Path, warehouse: Path, as_of: date = AS_OF) -> float:
    """Computes the five marts into a fresh DuckDB file."""
    with duckdb.connect(str(warehouse)) as connection:
        began = time.perf_counter()
        connection.execute("set variable raw = ?", [str(folder)])
        connection.execute("set variable as_of = ?::date", [as_of])
        connection.execute("set variable reporting_currency = 'USD'")
        connection.execute("set preserve_insertion_order = false")
        connection.execute(SCRIPT.read_text(encoding="utf-8"))
        connection.execute("checkpoint")
        return time.perf_counter() - began


if __name__ == "__main__":
    print(build(Path(sys.argv[1]), Path(sys.argv[2])))
