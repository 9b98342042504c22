"""What the races share: running one side in its own process, and comparing marts."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from platform import python_version

import duckdb

PROJECT = Path(__file__).resolve().parents[1]
README = Path(__file__).with_name("README.md")
# Marts kept by month carry what their months were built from, and retention says what
# refused rows leave unknown; the scripts do neither.
OURS_ALONE = {"month_stamp", "n_unknown_accounts", "unknown_arr"}


@dataclass(frozen=True)
class Run:
    """One measured run; `startup` is what dbt took around its nodes."""

    seconds: float
    cpu_seconds: float
    gigabytes: float
    startup: float = 0.0


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


def run_hand_written(script: str, folder: Path, warehouse: Path, as_of: date) -> Run:
    """A script, without the start of its Python."""
    command = [sys.executable, "-m", "benchmarks.hand_written"]
    given = [script, str(folder), str(warehouse), as_of.isoformat()]
    printed, run = execute([*command, *given], {})
    return Run(float(printed), run.cpu_seconds, run.gigabytes)


def node_seconds(run_results: Path) -> float:
    """From the first node's start to the last one's end."""
    results = json.loads(run_results.read_text(encoding="utf-8"))["results"]
    timings = [timing for result in results for timing in result["timing"]]
    starts = [datetime.fromisoformat(timing["started_at"]) for timing in timings]
    ends = [datetime.fromisoformat(timing["completed_at"]) for timing in timings]
    return (max(ends) - min(starts)).total_seconds()


def run_models(
    select: Sequence[str],
    folder: Path,
    warehouse: Path,
    as_of: date,
    exclude: Sequence[str] = (),
) -> Run:
    """Seeds and models that are selected, without dbt's own start and end."""
    target = warehouse.with_suffix(".target")
    env = {
        "EXPANSION_RAW": str(folder),
        "EXPANSION_WAREHOUSE": str(warehouse),
        "EXPANSION_AS_OF": as_of.isoformat(),
    }
    command = [
        str(Path(sys.executable).with_name("dbt")),
        *("build", "--resource-type", "seed", "--resource-type", "model"),
        *("--select", *select),
        *(("--exclude", *exclude) if exclude else ()),
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


def differences(marts: Sequence[str], hand_written: Path, models: Path) -> list[str]:
    """What the marts of the two warehouses do not agree on; nothing, if all is well."""
    found = []
    with duckdb.connect() as connection:
        connection.execute(f"attach '{hand_written}' as script (read_only)")
        connection.execute(f"attach '{models}' as dbt (read_only)")
        for mart in marts:
            columns = columns_of(connection, "script", mart)
            alone = columns.keys() ^ columns_of(connection, "dbt", mart).keys()
            if alone - OURS_ALONE:
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


def run_line(rows: int, name: str, run: Run) -> str:
    """One row of a table of results."""
    startup = f"{run.startup:.1f}" if run.startup else ""
    return (
        f"| {rows:,} | {name} | {run.seconds:.1f} | {run.cpu_seconds:.1f} "
        f"| {run.gigabytes:.1f} | {startup} |"
    )


def write_readme(race: str, results: str) -> None:
    """Puts the results of a race between its two markers."""
    begin, end = f"<!-- {race}: begin -->", f"<!-- {race}: end -->"
    text = README.read_text(encoding="utf-8")
    head, _, rest = text.partition(begin)
    _, _, tail = rest.partition(end)
    README.write_text(f"{head}{begin}\n{results}\n{end}{tail}", encoding="utf-8")
