"""All that Dagster knows of the project."""

import dagster as dg

from orchestration.defs.books import books_agree
from orchestration.defs.dbt import DBT, Dbt, project, raw_tables, tables
from orchestration.defs.decisions import (
    every_customer_is_scored,
    propensity_evaluation,
    propensity_scores,
)
from orchestration.defs.freshness import sources_arrive_in_time
from orchestration.defs.governance import (
    alerts,
    decision_readiness,
    decision_record,
    decisions_are_ready,
    no_trigger_has_fired,
    past_records_are_unaltered,
    review_calendar,
    review_trigger_events,
    review_triggers,
)
from orchestration.defs.ledger import evaluations, exported
from orchestration.defs.publish import snapshot_of
from orchestration.defs.reports import workbook
from orchestration.defs.schedules import (
    after_close,
    build_all,
    daily,
    month_close,
    unattended_build,
)
from orchestration.defs.sensors import failures, raw_changes
from orchestration.defs.valuation import valuation
from orchestration.warehouse import Warehouse

built = [
    evaluations,
    tables,
    exported,
    propensity_evaluation,
    propensity_scores,
    valuation,
    decision_readiness,
    review_triggers,
    review_trigger_events,
    decision_record,
    review_calendar,
]

defs = dg.Definitions(
    assets=[*raw_tables(), *built, snapshot_of(built), workbook],
    asset_checks=[
        every_customer_is_scored,
        decisions_are_ready,
        no_trigger_has_fired,
        past_records_are_unaltered,
        *books_agree,
        sources_arrive_in_time,
    ],
    sensors=[alerts, failures, raw_changes],
    jobs=[build_all, month_close, unattended_build],
    schedules=[after_close, daily],
    # A DuckDB file has one writer.
    executor=dg.in_process_executor,
    resources={
        "dbt": Dbt(project_dir=project, dbt_executable=DBT),
        "warehouse": Warehouse(),
    },
)
