"""What Dagster runs, one module a kind: dbt's tables, schedules."""
