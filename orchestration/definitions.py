"""All that Dagster knows of the project."""

import dagster as dg

from orchestration.defs.dbt import DBT, Dbt, project, raw_tables, tables
from orchestration.defs.schedules import build_all, daily

defs = dg.Definitions(
    assets=[*raw_tables(), tables],
    jobs=[build_all],
    schedules=[daily],
    resources={"dbt": Dbt(project_dir=project, dbt_executable=DBT)},
)
