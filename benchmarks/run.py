"""Measures the dbt models against hand-written scripts: `python -m benchmarks.run`.

Both sides compute the same marts from the same raw folder, in turn, each in its own
process; the best of the rounds counts. The marts of the two are compared, for a race
between two different results says nothing. Two races, one over subscription items and
one over usage: each prints a table and writes it into the README beside this file. The
exit code is 1 when a limit is passed.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks import items, usage
from benchmarks.measure import write_readme


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--usage-rows", type=int, default=50_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=("items", "usage"))
    parser.add_argument("--hand-written-only", action="store_true")
    given = parser.parse_args()
    limits: list[tuple[str, float, float]] = []
    with tempfile.TemporaryDirectory() as scratch:
        if given.only != "usage":
            alone = given.hand_written_only
            sizes = (given.items, 2 * given.items)
            pairs = items.race(Path(scratch), sizes, given.rounds, alone)
            results = items.report(pairs, given.rounds)
            print(results)
            if not alone:
                write_readme("results", results)
            limits += items.checks(pairs)
        if given.only != "items" and not given.hand_written_only:
            found = usage.race(Path(scratch), given.usage_rows, given.rounds)
            results = usage.report(found, given.rounds)
            print(results)
            write_readme("usage", results)
            limits += usage.checks(found)
    passed = [name for name, value, most in limits if value > most]
    for name in passed:
        print(f"Limit passed: {name}", file=sys.stderr)
    return 1 if passed else 0


if __name__ == "__main__":
    sys.exit(main())
