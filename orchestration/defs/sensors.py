"""What starts a build, and who hears of one that failed."""

import datetime as dt
import json
import time
from pathlib import Path

import dagster as dg

from orchestration.alerts import AlertError, post
from orchestration.defs.schedules import unattended_build
from orchestration.runs import FINISHED, outcome, run_message
from orchestration.settings import settings
from orchestration.watch import QUIET_SECONDS, Watch, folder_stamp, looked


@dg.sensor(
    job=unattended_build,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def raw_changes(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Builds when a raw folder has changed and then been quiet for a minute."""
    raw = settings().raw
    if raw.startswith("schema:") or not Path(raw).is_dir():
        return dg.SkipReason(f"{raw} is no folder.")
    try:
        found = folder_stamp(Path(raw))
    except OSError as error:
        return dg.SkipReason(f"Somebody is writing: {error}")
    before = Watch.of(context.cursor) if context.cursor else None
    watch, is_due = looked(before, found, time.time())
    context.update_cursor(watch.cursor)
    if is_due:
        return dg.RunRequest(run_key=watch.cursor)
    if watch.seen != watch.asked:
        return dg.SkipReason(f"Changed; waits for {QUIET_SECONDS:.0f} quiet seconds.")
    return dg.SkipReason("Nothing new.")


@dg.sensor(minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.RUNNING)
def failures(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Tells of each run that failed, and of checks that begin or cease to fail.

    The cursor is when the last run told had ended, and the checks that failed then:
    a run is written to again after its end, as when it is retried.
    """
    last = json.loads(context.cursor or "{}")
    failing, told = set(last.get("failing", [])), 0
    since = dt.datetime.fromisoformat(last["ended_at"]) if last else None
    written = dg.RunsFilter(statuses=FINISHED, updated_after=since)
    runs = [
        outcome(context.instance, record)
        for record in context.instance.get_run_records(written)
    ]
    for run in sorted(runs, key=lambda run: run.ended_at):
        if since and run.ended_at <= since:
            continue
        message = run_message(run, failing)
        try:
            if message:
                post(message, settings())
                told += 1
        except AlertError as error:
            return dg.SkipReason(f"{told} told; {error}")
        failing = run.failing_after(failing)
        cursor = {"ended_at": run.ended_at.isoformat(), "failing": sorted(failing)}
        context.update_cursor(json.dumps(cursor))
    return dg.SkipReason(f"{told} told")
