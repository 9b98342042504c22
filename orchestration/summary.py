"""The summary of a build: what came in, what passed, the headline figures."""

import hashlib
import json
import string
from typing import Any

import duckdb

from orchestration.settings import PROJECT, Settings, shown

RUN_RESULTS = PROJECT / "target" / "run_results.json"
FAILED = ("fail", "error", "runtime error")

# A label, how its line is written, and the query whose one row fills it.
LINES = (
    (
        "rows in",
        "{:,} in {} tables",
        """
        select cast(sum(n_raw_rows) as bigint), count(*) filter (where n_raw_rows > 0)
        from marts.data_quality_summary
        """,
    ),
    (
        "quarantined",
        "{:,} refused, {:,} duplicates",
        """
        select cast(sum(n_quarantined_rows) as bigint),
            cast(sum(n_duplicate_rows) as bigint)
        from marts.data_quality_summary
        """,
    ),
    (
        "ARR",
        "{:,.2f} {} at the end of {:%B %Y}",
        """
        select closing_arr, reporting_currency, month_start
        from marts.arr_bridge_months, staging.stg_policy__metric_policy
        where scope_type = 'company'
        order by month_start desc limit 1
        """,
    ),
    (
        "NRR, 12 months",
        "{:.1%} of {:,.2f} ({:,} accounts)",
        """
        select value, denominator, n_accounts from marts.retention_months
        where scope_type = 'company' and metric_id = 'net_revenue_retention_12m'
        order by month_start desc limit 1
        """,
    ),
    (
        "GRR, 12 months",
        "{:.1%}",
        """
        select value from marts.retention_months
        where scope_type = 'company' and metric_id = 'gross_revenue_retention_12m'
        order by month_start desc limit 1
        """,
    ),
    (
        "expansion, 12 m",
        "{:,.2f}, {:.1%} of opening ARR",
        """
        select expansion_arr_12m, expansion_rate_12m from marts.expansion_months
        where scope_type = 'company' order by month_start desc limit 1
        """,
    ),
    (
        "closed months",
        "{} to {:%B %Y}; {}",
        """
        with largest as (
            select month_start, as_restated - as_reported as delta
            from marts.restatements
            order by abs(delta) desc, month_start desc limit 1
        )
        select count(*), max(month_start), coalesce(
            (
                select concat(
                    (select count(distinct month_start) from marts.restatements),
                    ' restated, largest ', if(delta > 0, '+', ''),
                    format('{:,.2f}', cast(delta as double)),
                    strftime(month_start, ' in %Y-%m')
                )
                from largest
            ),
            'none restated'
        )
        from marts.period_closes having count(*) > 0
        """,
    ),
    (
        "books",
        "{}",
        """
        select string_agg(
            concat(
                replace(reconciliation, '_', ' '), ' ', replace(state, '_', ' '),
                if(state = 'differs', format(
                    ' by {:,.2f} in {}', cast(difference as double),
                    strftime(month_start, '%Y-%m')
                ), '')
            ),
            ', ' order by reconciliation
        )
        from marts.reconciliation_summary
        """,
    ),
    (
        "doubts",
        "{:,}, {:,.2f} ARR",
        """
        select count(*), sum(doubt_arr) from marts.revenue_doubts
        where is_in_closing_arr having count(*) > 0
        """,
    ),
    (
        "signals",
        "{:,} fired, {:,} of them held back by a guard",
        """
        select count(*), count(*) filter (where is_suppressed)
        from marts.account_signals
        where is_fired
            and month_start = (select max(month_start) from marts.account_signals)
        having count(*) > 0
        """,
    ),
    (
        "plays ready",
        "{:,} worth {:,.2f} ({:,.2f} to {:,.2f}), {:,} held out",
        """
        select count(priority),
            sum(expected_arr) filter (where priority is not null),
            sum(expected_arr_low) filter (where priority is not null),
            sum(expected_arr_high) filter (where priority is not null),
            count(*) filter (where is_holdout)
        from marts.expansion_queue
        having count(priority) > 0
        """,
    ),
    (
        "churn risks",
        "{:,} accounts, {:,.2f} of ARR",
        """
        select count(*), sum(closing_arr) from marts.churn_risks having count(*) > 0
        """,
    ),
    (
        "triggers",
        "{:,} of {:,} fired",
        """
        select count(*) filter (where state = 'fired'), count(*)
        from decisions.review_triggers having count(*) > 0
        """,
    ),
    (
        "decisions",
        "{}",
        """
        select string_agg(
            concat(
                decision_id, ' ', replace(verdict, '_', ' '),
                coalesce(concat(', ', recommended_option), '')
            ),
            '; ' order by decision_id
        )
        from (
            from decisions.decision_record
            qualify row_number() over (
                partition by decision_id order by version desc
            ) = 1
        )
        """,
    ),
)


def run_results() -> list[dict[str, Any]]:
    """What dbt says of each node of its run; nothing when it came to no end."""
    if not RUN_RESULTS.exists():
        return []
    return json.loads(RUN_RESULTS.read_text(encoding="utf-8"))["results"]


def summary(run: Settings, seconds: float, snapshot: str) -> str:
    """What came in, what was refused, what passed, and the headline figures."""
    results = run_results()
    checks = [r for r in results if r["unique_id"].startswith("test.")]
    passed = sum(r["status"] == "pass" for r in checks)
    lines = [f"as of {run.as_of}, built in {seconds:.0f} s"]
    wrong = sum(r["status"] in FAILED for r in checks)
    lines.append(line("checks", f"{passed} passed, {wrong} failed"))
    lines += told_nodes()
    with duckdb.connect(str(run.warehouse), read_only=True) as conn:
        lines += [line(label, _filled(conn, *query)) for label, *query in LINES]
        lines.append(line("marts hash", marts_hash(conn)))
    place = f"{shown(run.warehouse)}, schemas marts and decisions"
    lines.append(line("warehouse", place))
    lines.append(line("snapshot", snapshot))
    return "\n".join(lines)


def marts_hash(conn: duckdb.DuckDBPyConnection) -> str:
    """One hash over all rows of all marts, whatever their order."""
    marts = conn.execute(
        """
        select table_name from information_schema.tables
        where table_schema = 'marts' order by table_name
        """
    ).fetchall()
    sums = [
        conn.execute(
            f"select '{mart}', count(*), sum(cast(hash(m) as hugeint)) "
            f'from marts."{mart}" as m'
        ).fetchall()
        for (mart,) in marts
    ]
    return hashlib.sha256(str(sums).encode()).hexdigest()[:16]


def line(label: str, text: str) -> str:
    """A line of a summary."""
    return f"{label:<18}{text}"


class Dashes(string.Formatter):
    """Writes a dash, whatever the format, for a value there is not."""

    def format_field(self, value: Any, format_spec: str) -> str:
        return "-" if value is None else str(super().format_field(value, format_spec))


def _filled(conn: duckdb.DuckDBPyConnection, text: str, query: str) -> str:
    """The text filled with the row of a query; a dash where there is none yet."""
    try:
        rows = conn.execute(query).fetchall()
    except duckdb.CatalogException:
        rows = []
    is_known = rows and rows[0][0] is not None
    return Dashes().format(text, *rows[0]) if is_known else "-"


def told_nodes() -> list[str]:
    """A line for each table or check that failed or warned, and one for the skipped."""
    lines = [line("failed", name) for name in failed()]
    lines += [line("warned", name) for name in _ended("warn")]
    if skipped := _ended("skipped"):
        lines.append(line("skipped", f"{len(skipped)}, as they read what failed"))
    return lines


def failed() -> list[str]:
    """What dbt could not build or found wrong."""
    return _ended(*FAILED)


def _ended(*statuses: str) -> list[str]:
    """The nodes of dbt's run that ended so."""
    found = [result for result in run_results() if result["status"] in statuses]
    return [result["unique_id"].split(".")[2] for result in found]
