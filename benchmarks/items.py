"""The race over subscription items: five finance marts, at N and at 2N items."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.generate import AS_OF, SEED, generate
from benchmarks.measure import (
    Run,
    best,
    differences,
    machine,
    run_hand_written,
    run_line,
    run_models,
)

SCRIPT = "hand_written.sql"
MARTS = (
    "arr_account_months",
    "arr_product_months",
    "expansion_drivers",
    "arr_bridge_months",
    "retention_months",
)
UP_TO_MARTS = [f"+{mart}" for mart in MARTS]
ACCOUNTS_PER_ITEM = 0.45
MONTHS = 88
MAX_RATIO = 2.0
MAX_GROWTH = 2.2
MAX_GIGABYTES = 6.0


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
            by_hand[items].append(run_hand_written(SCRIPT, folder, script, AS_OF))
            if not alone:
                by_models[items].append(run_models(UP_TO_MARTS, folder, dbt, AS_OF))
                if number == 0 and (found := differences(MARTS, script, dbt)):
                    raise SystemExit("The marts differ.\n" + "\n".join(found))
            for warehouse in (script, dbt):
                warehouse.unlink(missing_ok=True)
    return [
        Pair(items, best(by_hand[items]), None if alone else best(by_models[items]))
        for items in sizes
    ]


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


def report(pairs: Sequence[Pair], rounds: int) -> str:
    """The results as Markdown."""
    lines = [
        machine(),
        f"Best of {rounds}, the two sides in turn.",
        "",
        "| items | | seconds | CPU seconds | peak GB | dbt start and end |",
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
