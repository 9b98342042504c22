"""When the warehouse is built."""

import dagster as dg

build_all = dg.define_asset_job(
    "build_all",
    selection=dg.AssetSelection.all(),
    executor_def=dg.in_process_executor,
    description="Builds and tests every table.",
)

daily = dg.ScheduleDefinition(
    name="daily",
    job=build_all,
    cron_schedule="0 5 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every morning, for the day before.",
)
