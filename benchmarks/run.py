"""Measures the dbt models against one hand-written script: `python -m benchmarks.run`.

Both compute the same five marts from the same raw folder, in turn, each in its own
process, at N and at 2N items; the best of the rounds counts. The marts of the two are
compared, for a race between two different results says nothing. Prints a table, writes
it into the README beside this file, and exits 1 when a limit is passed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from platform import python_version

import duckdb

from benchmarks.generate import AS_OF, SEED, generate

PROJECT = Path(__file__).resolve().parents[1]
README = Path(__file__).with_name("README.md")
MARKERS = ("<!-- results: begin -->", "<!-- results: end -->")
MARTS = (
    "arr_account_months",
    "arr_product_months",
    "expansion_drivers",
    "arr_bridge_months",
    "retention_months",
)
ACCOUNTS_PER_ITEM = 0.45
MONTHS = 88
MAX_RATIO = 2.0
MAX_GROWTH = 2.2
MAX_GIGABYTES = 6.0


@dataclass(frozen=True)
class Run:
    """One measured run; `startup` is what dbt took before its first node."""

    seconds: float
    cpu_seconds: float
    gigabytes: float
    startup: float = 0.0


@dataclass(frozen=True)
class Pair:
    """The best run of each side at one size."""

    items: int
    hand_written: Run
    models: Run | None

    @property
    def ratio(self) -> float | None:
        """How many times longer the models take."""
        return self.models and self.models.seconds / self.hand_written.seconds


def execute(command: Sequence[str], env: Mapping[str, str]) -> tuple[str, Run]:
    """Runs a child to its end: what it printed, how long and how large it was."""
    began = datetime.now()
    child = subprocess.Popen(
        command,
        cwd=PROJECT,
        env={**os.environ, **env},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    printed = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{printed}")
    return printed, Run(
        seconds=(datetime.now() - began).total_seconds(),
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        gigabytes=usage.ru_maxrss / 1024**2,
    )


def run_hand_written(folder: Path, warehouse: Path) -> Run:
    """The script, without the start of its Python."""
    command = [sys.executable, "-m", "benchmarks.hand_written"]
    printed, run = execute([*command, str(folder), str(warehouse)], {})
    return Run(float(printed), run.cpu_seconds, run.gigabytes)


def node_seconds(run_results: Path) -> float:
    """From the first node's start to the last one's end."""
    results = json.loads(run_results.read_text(encoding="utf-8"))["results"]
    timings = [timing for result in results for timing in result["timing"]]
    starts = [datetime.fromisoformat(timing["started_at"]) for timing in timings]
    ends = [datetime.fromisoformat(timing["completed_at"]) for timing in timings]
    return (max(ends) - min(starts)).total_seconds()


def run_models(folder: Path, warehouse: Path) -> Run:
    """Seeds and models up to the five marts, without dbt's own start-up."""
    target = warehouse.with_suffix(".target")
    env = {
        "EXPANSION_RAW": str(folder),
        "EXPANSION_WAREHOUSE": str(warehouse),
        "EXPANSION_AS_OF": AS_OF.isoformat(),
    }
    command = [
        str(Path(sys.executable).with_name("dbt")),
        *("build", "--resource-type", "seed", "--resource-type", "model"),
        *("--select", *(f"+{mart}" for mart in MARTS)),
        *("--target-path", str(target), "--log-path", str(target)),
        *("--profiles-dir", str(PROJECT)),
    ]
    _, run = execute(command, env)
    seconds = node_seconds(target / "run_results.json")
    return Run(seconds, run.cpu_seconds, run.gigabytes, run.seconds - seconds)


def best(runs: Iterable[Run]) -> Run:
    """The fastest run, with the largest memory of all."""
    known = list(runs)
    fastest = min(known, key=lambda run: run.seconds)
    largest = max(run.gigabytes for run in known)
    return Run(fastest.seconds, fastest.cpu_seconds, largest, fastest.startup)


def fingerprint(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str]
) -> dict[str, object]:
    """Rows, the sum of each number and a sum over the rows' hashes."""
    numbers = [name for name, kind in columns.items() if kind.startswith("DECIMAL")]
    numbers += [name for name, kind in columns.items() if kind == "BIGINT"]
    exact = [
        f"{name}::decimal(38, 6)" if name in numbers else name
        for name in sorted(columns)
    ]
    sums = [f"sum({name}) as {name}" for name in numbers]
    query = f"""
        select
            count(*) as n_rows,
            sum(hash({", ".join(exact)})::hugeint) as hashes,
            {", ".join(sums)}
        from {table}
    """
    answer = connection.execute(query)
    names = [column[0] for column in answer.description or []]
    return dict(zip(names, answer.fetchall()[0], strict=True))


def columns_of(
    connection: duckdb.DuckDBPyConnection, catalog: str, mart: str
) -> dict[str, str]:
    """Name and type of a mart's columns."""
    rows = connection.execute(
        """
        select column_name, data_type
        from information_schema.columns
        where table_catalog = ? and table_schema = 'marts' and table_name = ?
        """,
        [catalog, mart],
    ).fetchall()
    return dict(rows)


def differences(hand_written: Path, models: Path) -> list[str]:
    """What the marts of the two warehouses do not agree on; nothing, if all is well."""
    found = []
    with duckdb.connect() as connection:
        connection.execute(f"attach '{hand_written}' as script (read_only)")
        connection.execute(f"attach '{models}' as dbt (read_only)")
        for mart in MARTS:
            columns = columns_of(connection, "script", mart)
            alone = columns.keys() ^ columns_of(connection, "dbt", mart).keys()
            if alone:
                found.append(f"{mart}: only one side has {', '.join(sorted(alone))}")
                continue
            ours = fingerprint(connection, f"script.marts.{mart}", columns)
            theirs = fingerprint(connection, f"dbt.marts.{mart}", columns)
            found += [
                f"{mart}.{name}: {ours[name]} by hand, {theirs[name]} by the models"
                for name in ours
                if ours[name] != theirs[name]
            ]
    return found


def race(scratch: Path, sizes: Sequence[int], rounds: int, alone: bool) -> list[Pair]:
    """All rounds of all sizes, the two sides in turn; stops where the marts differ."""
    by_hand: dict[int, list[Run]] = {items: [] for items in sizes}
    by_models: dict[int, list[Run]] = {items: [] for items in sizes}
    for items in sizes:
        accounts = round(items * ACCOUNTS_PER_ITEM)
        generate(scratch / f"raw_{items}", items, accounts, MONTHS, SEED)
    for number in range(rounds):
        for items in sizes:
            folder = scratch / f"raw_{items}"
            script, dbt = (
                scratch / f"{side}_{items}_{number}.duckdb"
                for side in ("script", "dbt")
            )
            by_hand[items].append(run_hand_written(folder, script))
            if not alone:
                by_models[items].append(run_models(folder, dbt))
                if number == 0 and (found := differences(script, dbt)):
                    raise SystemExit("The marts differ.\n" + "\n".join(found))
            for warehouse in (script, dbt):
                warehouse.unlink(missing_ok=True)
    return [
        Pair(items, best(by_hand[items]), None if alone else best(by_models[items]))
        for items in sizes
    ]


def run_line(items: int, name: str, run: Run) -> str:
    """One row of the table."""
    startup = f"{run.startup:.1f}" if run.startup else ""
    return (
        f"| {items:,} | {name} | {run.seconds:.1f} | {run.cpu_seconds:.1f} "
        f"| {run.gigabytes:.1f} | {startup} |"
    )


def checks(pairs: Sequence[Pair]) -> list[tuple[str, float, float]]:
    """Each limit: what it is of, the value, the most it may be."""
    measured = [(pair, pair.models) for pair in pairs if pair.models is not None]
    found = [
        (f"models / hand-written at {pair.items:,} items", pair.ratio or 0.0, MAX_RATIO)
        for pair, _ in measured
    ]
    found += [
        (f"peak memory at {pair.items:,} items, GB", run.gigabytes, MAX_GIGABYTES)
        for pair, run in measured
    ]
    if len(measured) == 2:
        (_, once), (_, twice) = measured
        growth = twice.seconds / once.seconds
        found.append(("models, twice the items / once", growth, MAX_GROWTH))
    return found


def machine() -> str:
    """What it ran on: enough to compare, nothing that tells which machine."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    cores = len(os.sched_getaffinity(0))
    packages = ("duckdb", "dbt-core", "dbt-duckdb")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return (
        f"{cores} cores, {gigabytes:.0f} GB of memory; "
        f"Python {python_version()}, {versions}."
    )


def report(pairs: Sequence[Pair], rounds: int) -> str:
    """The results as Markdown."""
    lines = [
        machine(),
        f"Best of {rounds}, the two sides in turn.",
        "",
        "| items | | seconds | CPU seconds | peak GB | dbt start-up |",
        "|--:|---|--:|--:|--:|--:|",
    ]
    for pair in pairs:
        lines.append(run_line(pair.items, "hand-written script", pair.hand_written))
        if pair.models is not None:
            lines.append(run_line(pair.items, "dbt models", pair.models))
    once, twice = (pair.hand_written.seconds for pair in pairs)
    lines += ["", "| measure | value | at most |", "|---|--:|--:|"]
    lines.append(f"| hand-written, twice the items / once | {twice / once:.2f} | |")
    lines += [
        f"| {name} | {value:.2f} | {most} |" for name, value, most in checks(pairs)
    ]
    return "\n".join(lines)


def write_readme(results: str) -> None:
    """Puts the results between the two markers."""
    begin, end = MARKERS
    text = README.read_text(encoding="utf-8")
    head, _, rest = text.partition(begin)
    _, _, tail = rest.partition(end)
    README.write_text(f"{head}{begin}\n{results}\n{end}{tail}", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--hand-written-only", action="store_true")
    given = parser.parse_args()
    alone = given.hand_written_only
    with tempfile.TemporaryDirectory() as scratch:
        sizes = (given.items, 2 * given.items)
        pairs = race(Path(scratch), sizes, given.rounds, alone)
    results = report(pairs, given.rounds)
    print(results)
    if not alone:
        write_readme(results)
    passed = [name for name, value, most in checks(pairs) if value > most]
    for name in passed:
        print(f"Limit passed: {name}", file=sys.stderr)
    return 1 if passed else 0


if __name__ == "__main__":
    sys.exit(main())
