"""`make status`: the last build, what runs now, what ran lately, what comes next."""

import datetime as dt
import json
import os
import sys
from pathlib import Path

import dagster as dg

from orchestration.defs.schedules import CLOSING_HOUR, DAILY_HOUR, closing_day
from orchestration.faults import one_sentence
from orchestration.runs import FINISHED, outcome, progress
from orchestration.settings import shown
from orchestration.summary import (
    RUN_RESULTS,
    failed,
    line,
    run_results,
    told_nodes,
)

RUNS_SHOWN = 5
RUNNING = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING]
WAITING = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED]
DAY = dt.timedelta(days=1)


class StatusError(Exception):
    """A status that cannot be told; the message is one sentence for the person."""


def built() -> list[str]:
    """What dbt said at the end of the last build, whoever started it."""
    results = run_results()
    if not results:
        return [line("last build", "none has come to its end")]
    metadata = json.loads(RUN_RESULTS.read_text(encoding="utf-8"))["metadata"]
    ended_at = dt.datetime.fromisoformat(metadata["generated_at"])
    text = f"{ended_at:%Y-%m-%d %H:%M} UTC, {len(results)} tables and checks"
    return [
        line("last build", f"{text}, {len(failed())} failed"),
        *told_nodes(),
    ]


def ran(instance: dg.DagsterInstance) -> list[str]:
    """What runs, what waits, and what became of the last runs."""
    lines = []
    for run in instance.get_runs(dg.RunsFilter(statuses=RUNNING)):
        done, planned = progress(instance, run.run_id)
        lines.append(line("running", f"{run.job_name}, {done} of {planned} tables"))
    for run in instance.get_runs(dg.RunsFilter(statuses=WAITING)):
        lines.append(line("waiting", run.job_name))
    ended = dg.RunsFilter(statuses=FINISHED)
    for record in instance.get_run_records(ended, limit=RUNS_SHOWN):
        run = outcome(instance, record)
        word = "succeeded" if run.is_success else "failed"
        text = f"{run.ended_at:%Y-%m-%d %H:%M} UTC {word}, {len(run.failed)} checks"
        lines.append(line(run.job, f"{text} failed or warned"))
        lines += [line("", name) for name in sorted(run.failed)]
        lines += [line("", reason) for reason in run.because]
    return lines


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
    lines = built()
    home = Path(os.environ.get("DAGSTER_HOME", "data/dagster"))
    if (home / "dagster.yaml").exists():
        try:
            with dg.DagsterInstance.from_config(str(home)) as instance:
                lines += ran(instance)
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
