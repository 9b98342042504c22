"""What is built when: by hand, every morning, after each month's close."""

import datetime as dt

import dagster as dg

from orchestration.defs.freshness import sources_arrive_in_time
from orchestration.seeds import value
from reports.business_days import business_day

# Sources are built by nobody here, so that their checks are to be named.
EVERYTHING = dg.AssetSelection.all() | dg.AssetSelection.checks(sources_arrive_in_time)
REPORTS = dg.AssetSelection.groups("reports")
# A warehouse that somebody reads, a webhook or a disk that is away: 1, 2 and 4 minutes.
PATIENCE = dg.RetryPolicy(max_retries=3, delay=60, backoff=dg.Backoff.EXPONENTIAL)
# In UTC; the close after the build of the same morning.
DAILY_HOUR, CLOSING_HOUR = 5, 6

build_all = dg.define_asset_job(
    "build_all",
    selection=EVERYTHING - REPORTS,
    executor_def=dg.in_process_executor,
    description="Builds and tests every table, for somebody who waits for it.",
)
unattended_build = dg.define_asset_job(
    "unattended_build",
    selection=EVERYTHING - REPORTS,
    executor_def=dg.in_process_executor,
    op_retry_policy=PATIENCE,
    description="The same with nobody there: what may pass is tried again.",
)
month_close = dg.define_asset_job(
    "month_close",
    selection=EVERYTHING,
    executor_def=dg.in_process_executor,
    op_retry_policy=PATIENCE,
    description="Freezes the months that finance has closed; writes the workbook.",
)

daily = dg.ScheduleDefinition(
    name="daily",
    job=unattended_build,
    cron_schedule=f"0 {DAILY_HOUR} * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every morning, for the day before.",
)


def closing_day(month: dt.date) -> dt.date:
    """The day of this month on which the books of the month before are closed."""
    return business_day(month, int(value("finance_policy", "close_business_day")))


@dg.schedule(
    job=month_close,
    cron_schedule=f"0 {CLOSING_HOUR} * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def after_close(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """On the morning after the closing day: a run speaks of the day before."""
    yesterday = context.scheduled_execution_time.date() - dt.timedelta(days=1)
    closes_on = closing_day(yesterday)
    if yesterday != closes_on:
        return dg.SkipReason(f"The books are closed on {closes_on}.")
    return dg.RunRequest(run_key=closes_on.isoformat())
