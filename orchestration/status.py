"""`make status`: the last build, what runs now, what ran lately, what comes next."""

import datetime as dt
import os
import sys
from pathlib import Path

import dagster as dg

from orchestration import last_build
from orchestration.defs.schedules import CLOSING_HOUR, DAILY_HOUR, closing_day
from orchestration.faults import one_sentence
from orchestration.publish import served
from orchestration.runs import FINISHED, outcome, progress
from orchestration.settings import Settings, SettingsError, settings, shown
from orchestration.summary import failed, line, run_results, told_nodes
from orchestration.warehouse import WAREHOUSE_TAG

RUNS_SHOWN, RUNS_READ = 5, 100
RUNNING = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING]
WAITING = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED]
DAY = dt.timedelta(days=1)
BUILDS = {
    last_build.PASSED: "{ended_at}, as of {as_of}, passed",
    last_build.FAILED: "{ended_at}, as of {as_of}, failed",
    last_build.RUNNING: "begun {begun_at}, as of {as_of}, has no end yet",
    None: "no build that passed is on record",
}


class StatusError(Exception):
    """A status that cannot be told; the message is one sentence for the person."""


def built(run: Settings) -> list[str]:
    """What became of the last build of a warehouse, whoever started it."""
    is_there = "" if run.warehouse.exists() else ": there is no such file"
    lines = [line("warehouse", f"{shown(run.warehouse)}{is_there}")]
    build, results = last_build.last(run), run_results(run)
    if not build and not results:
        return [*lines, line("last build", "none has come to its end")]
    unknown = dict.fromkeys(("begun_at", "ended_at", "as_of"), "-")
    text = BUILDS[build.get("state")].format(**unknown | build)
    lines.append(line("last build", text))
    if results:
        words = f"{len(results)} tables and checks, {len(failed(run))} failed"
        lines.append(line("", words))
    reasons = told_nodes(run) if results else []
    if not failed(run):
        reasons += [line("failed", text) for text in build.get("because", [])]
    lines += reasons
    if refusal := build.get("refused"):
        text = f"{refusal['at']}: {refusal['because']}"
        lines.append(line("refused since", text))
    if snapshot := served(run):
        lines.append(line("published", snapshot))
    return lines


def ran(instance: dg.DagsterInstance, warehouse: Path) -> list[str]:
    """What runs on a warehouse, what waits, and what became of the last runs."""
    lines = []
    for run in instance.get_runs(dg.RunsFilter(statuses=RUNNING)):
        if is_of(run, warehouse):
            done, planned = progress(instance, run.run_id)
            lines.append(line("running", f"{run.job_name}, {done} of {planned} tables"))
    for run in instance.get_runs(dg.RunsFilter(statuses=WAITING)):
        if is_of(run, warehouse):
            lines.append(line("waiting", run.job_name))
    ended = dg.RunsFilter(statuses=FINISHED)
    records = instance.get_run_records(ended, limit=RUNS_READ)
    mine = [record for record in records if is_of(record.dagster_run, warehouse)]
    for record in mine[:RUNS_SHOWN]:
        run = outcome(instance, record)
        word = "succeeded" if run.is_success else "failed"
        text = f"{run.ended_at:%Y-%m-%d %H:%M} UTC {word}, {len(run.failed)} checks"
        lines.append(line(run.job, f"{text} failed or warned"))
        lines += [line("", name) for name in sorted(run.failed)]
        lines += [line("", reason) for reason in run.because]
    return lines


def is_of(run: dg.DagsterRun, warehouse: Path) -> bool:
    """Whether a run is of a warehouse: one that has not begun may yet be of any."""
    return run.tags.get(WAREHOUSE_TAG, str(warehouse)) == str(warehouse)


def coming(now: dt.datetime) -> list[str]:
    """When the schedules run next."""
    morning = _next([now, now + DAY], DAILY_HOUR, now)
    this_month = now.date().replace(day=1)
    next_month = (this_month + 31 * DAY).replace(day=1)
    days = [closing_day(month) + DAY for month in (this_month, next_month)]
    close = _next(days, CLOSING_HOUR, now)
    return [
        line("next build", f"{morning:%Y-%m-%d %H:%M} UTC"),
        line("next month close", f"{close:%Y-%m-%d %H:%M} UTC"),
    ]


def _next(days: list[dt.date], hour: int, now: dt.datetime) -> dt.datetime:
    times = (dt.datetime(d.year, d.month, d.day, hour, tzinfo=dt.UTC) for d in days)
    return min(time for time in times if time > now)


@one_sentence
def main() -> int:
    try:
        run = settings()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    lines = built(run)
    home = Path(os.environ.get("DAGSTER_HOME", "data/dagster"))
    if (home / "dagster.yaml").exists():
        try:
            with dg.DagsterInstance.from_config(str(home)) as instance:
                lines += ran(instance, run.warehouse)
                scheduler = instance.get_daemon_statuses(["SCHEDULER"])["SCHEDULER"]
                is_awake = scheduler.healthy
        # Settings or a database that are broken raise whatever they like.
        except Exception as error:
            raise StatusError(
                f"Dagster's records in {shown(home.resolve())} cannot be read "
                f"({type(error).__name__}): move the folder away, and make dev makes "
                "it anew."
            ) from error
    else:
        is_awake = False
    if is_awake:
        lines += coming(dt.datetime.now(dt.UTC))
    else:
        lines.append(line("schedules", "asleep: make dev wakes them"))
    lines.append(line("Dagster", shown(home.resolve())))
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
