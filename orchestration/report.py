"""`make report`: a month's workbook for finance, from the marts of the warehouse."""

import argparse
import os
import sys
from pathlib import Path

import duckdb
import pandas as pd

from orchestration.faults import one_sentence
from orchestration.last_build import doubt
from orchestration.settings import Settings, SettingsError, settings, shown
from orchestration.warehouse import frame
from reports.workbook import Month, workbook

# What of each mart belongs to a month: $month is its first day, $cohort a year before.
MARTS = {
    "accounts": "true",
    "arr_bridge_months": "month_start between $cohort and $month",
    "arr_bridge_accounts": (
        "scope_type = 'company' and month_start between $cohort and $month"
    ),
    "retention_months": "month_start = $month",
    "retention_accounts": (
        "scope_type = 'company' and lag_months = 12 and month_start = $month"
    ),
    "retention_bridge": "scope_type = 'company' and month_start = $month",
    "expansion_drivers": "month_start > $cohort and month_start <= $month",
    "reconciliation_months": "month_start = $month",
    "retention_restatements": (
        "month_start = $month and scope_type = 'company'"
        " and metric_id = 'net_revenue_retention_12m'"
    ),
    "period_closes": "month_start = $month",
    "restatements": "month_start <= $month",
}


NOT_CHECKED = "-not-checked"


class ReportError(Exception):
    """A report that cannot be written; the message is one sentence for the person."""


def read_month(conn: duckdb.DuckDBPyConnection, text: str) -> Month:
    """The month asked for, or the last one; ReportError when the books have no such."""
    rows = conn.execute(
        """
        select
            months.month_start,
            cast(months.month_start - interval 12 month as date),
            policy.as_of_date,
            months.policy_version,
            policy.reporting_currency
        from intermediate.int_months as months
        cross join staging.stg_policy__metric_policy as policy
        order by months.month_start
        """
    ).fetchall()
    months = {f"{row[0]:%Y-%m}": Month(*row) for row in rows}
    if text and text not in months:
        raise ReportError(
            f"There is no month {text}: expected one from {min(months)} to "
            f"{max(months)}."
        )
    return months[text or max(months)]


def read_frames(
    conn: duckdb.DuckDBPyConnection, month: Month
) -> dict[str, pd.DataFrame]:
    """What the workbook is made of; a mart that is not there is left out."""
    there = {
        row[0]
        for row in conn.execute(
            "select table_name from information_schema.tables "
            "where table_schema = 'marts'"
        ).fetchall()
    }
    dates = {"$month": month.month_start, "$cohort": month.cohort_month_start}
    frames = {}
    for mart, condition in MARTS.items():
        for name, value in dates.items():
            condition = condition.replace(name, f"date '{value}'")
        if mart in there:
            frames[mart] = frame(conn, f"marts.{mart} where {condition}")
    return frames


def write(run: Settings, text: str) -> Path:
    """Writes the workbook of a month; where it is.

    After a build that did not pass, it is marked and has a name of its own.
    """
    if not run.warehouse.exists():
        raise ReportError(f"There is no {shown(run.warehouse)}: run make build.")
    try:
        with duckdb.connect(str(run.warehouse), read_only=True) as conn:
            month = read_month(conn, text)
            why = doubt(run)
            content = workbook(month, read_frames(conn, month), why or "")
    except duckdb.CatalogException as error:
        place = shown(run.warehouse)
        raise ReportError(f"{place} lacks the marts: run make build.") from error
    except OverflowError as error:
        raise ReportError(str(error)) from error
    checked = run.reports / f"nrr-{month.month_start:%Y-%m}.xlsx"
    unchecked = checked.with_stem(f"{checked.stem}{NOT_CHECKED}")
    path = unchecked if why else checked
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    half.write_bytes(content)
    os.replace(half, path)
    if not why:
        unchecked.unlink(missing_ok=True)
    return path


@one_sentence
def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("month", nargs="?", default="", help="such as 2026-05")
    month = parser.parse_args().month
    try:
        run = settings()
        print(shown(write(run, month)))
        if why := doubt(run):
            print(f"The workbook is marked as not checked: {why}.", file=sys.stderr)
            return 1
    except (ReportError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
