"""The race over usage: four adoption marts, built whole and then for one more day."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.generate import AS_OF
from benchmarks.generate_usage import generate_day, generate_usage
from benchmarks.measure import (
    Run,
    best,
    differences,
    machine,
    run_hand_written,
    run_line,
    run_models,
)

SCRIPT = "hand_written_usage.sql"
MARTS = (
    "feature_adoption_months",
    "adoption_product_months",
    "adoption_account_months",
    "limit_utilisation_months",
)
UP_TO_MARTS = [f"+{mart}" for mart in MARTS]
# One more day of usage changes the as-of date and the tables that read usage; a view
# shows the day without being built again.
VIEWS = ["config.materialized:view"]
READ_DAILY = [
    "stg_policy__metric_policy",
    "int_months",
    *(f"{mart},source:raw.product__usage_daily+" for mart in UP_TO_MARTS),
]
MAX_RATIO = 2.0
MAX_DAY = 0.1
MAX_GIGABYTES = 6.0


@dataclass(frozen=True)
class Race:
    """The best runs: by hand, by the models, and by the models for one more day."""

    rows: int
    hand_written: Run
    models: Run
    day: Run


def race(scratch: Path, rows: int, rounds: int) -> Race:
    """All rounds, the two sides in turn; stops where the marts differ."""
    folder = scratch / "raw_usage"
    generate_usage(folder, rows)
    by_hand, by_models, by_day = [], [], []
    for number in range(rounds):
        script, dbt = scratch / f"script_{number}.duckdb", scratch / f"{number}.duckdb"
        by_hand.append(run_hand_written(SCRIPT, folder, script, AS_OF))
        by_models.append(run_models(UP_TO_MARTS, folder, dbt, AS_OF))
        compare(script, dbt)
        script.unlink()
        added, tomorrow = generate_day(folder, rows)
        by_day.append(run_models(READ_DAILY, folder, dbt, tomorrow, VIEWS))
        run_hand_written(SCRIPT, folder, script, tomorrow)
        compare(script, dbt)
        for file in (added, script, dbt):
            file.unlink()
    return Race(rows, best(by_hand), best(by_models), best(by_day))


def compare(script: Path, dbt: Path) -> None:
    if found := differences(MARTS, script, dbt):
        raise SystemExit("The marts differ.\n" + "\n".join(found))


def checks(found: Race) -> list[tuple[str, float, float]]:
    """Each limit: what it is of, the value, the most it may be."""
    once, most = found.models.seconds, max(found.models.gigabytes, found.day.gigabytes)
    return [
        (
            f"models / hand-written at {found.rows:,} rows of usage",
            once / found.hand_written.seconds,
            MAX_RATIO,
        ),
        ("one more day / all days", found.day.seconds / once, MAX_DAY),
        (f"peak memory at {found.rows:,} rows of usage, GB", most, MAX_GIGABYTES),
    ]


def report(found: Race, rounds: int) -> str:
    """The results as Markdown."""
    sides: Sequence[tuple[str, Run]] = (
        ("hand-written script", found.hand_written),
        ("dbt models", found.models),
        ("dbt models, one more day", found.day),
    )
    return "\n".join(
        [
            machine(),
            f"Best of {rounds}, the sides in turn.",
            "",
            "| rows of usage | | seconds | CPU seconds | peak GB | dbt start and end |",
            "|--:|---|--:|--:|--:|--:|",
            *(run_line(found.rows, name, run) for name, run in sides),
            "",
            "| measure | value | at most |",
            "|---|--:|--:|",
            *(
                f"| {name} | {value:.2f} | {most} |"
                for name, value, most in checks(found)
            ),
        ]
    )
