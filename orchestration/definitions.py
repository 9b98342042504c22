"""All that Dagster knows of the project."""

import dagster as dg

from orchestration.defs.dbt import DBT, Dbt, project, raw_tables, tables
from orchestration.defs.decisions import (
    every_customer_is_scored,
    propensity_evaluation,
    propensity_scores,
)
from orchestration.defs.schedules import build_all, daily
from orchestration.warehouse import Warehouse

defs = dg.Definitions(
    assets=[*raw_tables(), tables, propensity_evaluation, propensity_scores],
    asset_checks=[every_customer_is_scored],
    jobs=[build_all],
    schedules=[daily],
    resources={
        "dbt": Dbt(project_dir=project, dbt_executable=DBT),
        "warehouse": Warehouse(),
    },
)
