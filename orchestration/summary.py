"""The summary of a build: what came in, what passed, the headline figures."""

import hashlib
import json
import string
from pathlib import Path
from typing import Any

import duckdb

from orchestration.last_build import one_line
from orchestration.settings import Settings, shown

FAILED = ("fail", "error", "runtime error")

# What of a retention reads as lost, and only is not known.
UNKNOWN_LOSS = """
    if(n_unknown_accounts = 0, '', format(
        '; of the loss {:,.2f} of {:,} {} not known, as rows were refused',
        cast(unknown_arr as double), n_unknown_accounts,
        if(n_unknown_accounts = 1, 'account is', 'accounts is')
    ))
"""

# Signals of the last month, and those of them that anybody can be measured by.
KNOWN_SIGNALS = """
    select count(distinct signal) as n_known, any_value(n_signals) as n_signals
    from
        marts.account_signals,
        (select count(*) as n_signals from marts.signal_backtest)
    where month_start = (select max(month_start) from marts.account_signals)
"""

# A label, how its line is written, the query whose one row fills it, what it rests on,
# in the words of the evidence, as what is not known for want of it is not 0, and the
# query of what to say where there is nothing.
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
        "{:.1%} of {:,.2f} ({:,} accounts){}",
        f"""
        select value, denominator, n_accounts, {UNKNOWN_LOSS}
        from marts.retention_months
        where scope_type = 'company' and metric_id = 'net_revenue_retention_12m'
        order by month_start desc limit 1
        """,
    ),
    (
        "GRR, 12 months",
        "{:.1%}{}",
        f"""
        select value, {UNKNOWN_LOSS} from marts.retention_months
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
        "",
        "select 'none' from marts.period_closes having count(*) = 0",
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
        "",
        "select 'none' from marts.revenue_doubts having count(*) >= 0",
    ),
    (
        "signals",
        "{:,} fired, {:,} of them held back by a guard{}",
        """
        select count(*) filter (where is_fired),
            count(*) filter (where is_fired and is_suppressed),
            case
                when count(distinct signal) < any_value(n_signals) then format(
                    '; {:,} of {:,} signals known',
                    count(distinct signal), any_value(n_signals)
                )
                else ''
            end
        from
            marts.account_signals,
            (select count(*) as n_signals from marts.signal_backtest)
        where month_start = (select max(month_start) from marts.account_signals)
        having count(*) > 0
        """,
        "signal",
    ),
    (
        "plays ready",
        "{:,} worth {:,.2f} ({:,.2f} to {:,.2f}), {:,} held out",
        """
        select n_ready, expected_arr, expected_arr_low, expected_arr_high, n_held_out
        from marts.expansion_summary
        where scope_type = 'company' and exists (from marts.account_signals)
            and n_ready + n_held_out > 0
        """,
        "signal",
        f"""
        select concat('none', if(n_known < n_signals, format(
            '; only {{:,}} of {{:,}} signals known', n_known, n_signals
        ), ''))
        from ({KNOWN_SIGNALS}) where n_known > 0
        """,
    ),
    (
        "churn risks",
        "{:,} accounts, {:,.2f} of ARR",
        """
        select n_churn_risks, churn_risk_arr
        from marts.expansion_summary where scope_type = 'company'
        """,
        "health:",
    ),
    (
        "triggers",
        "{:,} of {:,} fired",
        """
        select count(*) filter (where state = 'fired'), count(*)
        from decisions.review_triggers having count(*) > 0
        """,
        "",
        """
        select 'none watched: no decision is asked for by ' || as_of_date
        from staging.stg_policy__metric_policy
        where not exists (from decisions.review_triggers)
        """,
    ),
    (
        "decisions",
        "{}",
        """
        select string_agg(said, '; ' order by decision_id)
        from (
            select decision_id, concat(
                decision_id, ' ', replace(verdict, '_', ' '),
                coalesce(', ' || recommended_option, '')
            ) as said
            from decisions.decision_record
            qualify row_number() over (
                partition by decision_id order by version desc
            ) = 1
            union all
            select decision_id, concat(decision_id, ' ', failing_rows)
            from decisions.decision_readiness
            where state = 'not_asked' and decision_id not in (
                select decision_id from decisions.decision_record
            )
        )
        """,
    ),
)


# Money in the reporting currency first, then money without a rate, then rows.
REFUSALS = """
    select
        concat(
            table_name, ': ', reason, ', ', format('{:,}', n_rows),
            if(n_rows = 1, ' row', ' rows'),
            if(is_malformed, concat(
                ', for example ',
                regexp_extract(example_reason, '(''[^'']*'') is not of type', 1)
            ), ''),
            if(missing_arr <> 0, format(
                '; about {:,.2f} {} of ARR is missing',
                cast(missing_arr as double), reporting_currency
            ), ''),
            case
                when unconverted_arr is not null then format(
                    '; about {:,.2f} {} of ARR is missing',
                    cast(unconverted_arr as double), unconverted_currency
                )
                when n_unconverted_items > 0 then format(
                    '; the ARR of {:,} {} in {} is missing', n_unconverted_items,
                    if(n_unconverted_items = 1, 'item', 'items'), unconverted_currency
                )
                else ''
            end,
            if(n_unreadable_items > 0, format(
                '; the ARR of {:,} {} cannot be read', n_unreadable_items,
                if(n_unreadable_items = 1, 'item', 'items')
            ), ''),
            ': ', cure
        ),
        count(*) over ()
    from (
        select *, contains(reason, 'is not of type') as is_malformed from marts.refusals
    ), staging.stg_policy__metric_policy
    order by
        abs(nullif(missing_arr, 0)) desc nulls last,
        abs(unconverted_arr) desc nulls last,
        n_missing_items desc, n_rows desc, table_name, reason, cause_table,
        cause_reason
    limit 5
"""


# Tables that may mean something else than they are read as.
TABLE_DOUBTS = """
    select concat(
        table_name, ': ', format('{:,}', n_doubted_rows), ' of ',
        format('{:,}', n_telling_ends), ' ends look like last days',
        if(doubt_arr is null, '', format(
            ' ({:,.2f} {} of ARR)', cast(doubt_arr as double), reporting_currency
        )),
        '; if they are, set ', setting
    )
    from marts.table_doubts, staging.stg_policy__metric_policy
    order by doubt_arr desc nulls last, table_name
"""


def results_file(run: Settings) -> Path:
    """Where dbt writes what became of its last run on the warehouse."""
    return run.artifacts / "run_results.json"


def run_results(run: Settings) -> list[dict[str, Any]]:
    """What dbt says of each node of its run; nothing when it came to no end."""
    path = results_file(run)
    if not path.exists():
        return []
    return json.loads(path.read_text(encoding="utf-8"))["results"]


def summary(run: Settings, seconds: float, snapshot: str) -> str:
    """What came in, what was refused, what passed, and the headline figures."""
    results = run_results(run)
    checks = [r for r in results if r["unique_id"].startswith("test.")]
    passed = sum(r["status"] == "pass" for r in checks)
    lines = [f"as of {run.as_of}, built in {seconds:.0f} s"]
    wrong = sum(r["status"] in FAILED for r in checks)
    lines.append(line("checks", f"{passed} passed, {wrong} failed"))
    lines += told_nodes(run)
    with duckdb.connect(str(run.warehouse), read_only=True) as conn:
        for label, *query in LINES:
            lines.append(line(label, _filled(conn, *query)))
            if label == "quarantined":
                lines += [line("refused", text) for text in refused_lines(conn)]
                lines += [line("in doubt", text) for text in doubt_lines(conn)]
        lines.append(line("marts hash", marts_hash(conn)))
    place = f"{shown(run.warehouse)}, schemas marts and decisions"
    lines.append(line("warehouse", place))
    lines.append(line("snapshot", snapshot))
    return "\n".join(lines)


def refused_lines(conn: duckdb.DuckDBPyConnection) -> list[str]:
    """What was refused and why, about how much ARR is missing, and the cure.

    The reasons for which most is missing, or most rows are, come first.
    """
    try:
        rows = conn.execute(REFUSALS).fetchall()
    except duckdb.CatalogException:
        return []
    more = rows[0][1] - len(rows) if rows else 0
    lines = [one_line(row[0]) for row in rows]
    if not more:
        return lines
    reasons = "reason" if more == 1 else "reasons"
    return [*lines, f"{more} more {reasons}: see marts.refusals"]


def doubt_lines(conn: duckdb.DuckDBPyConnection) -> list[str]:
    """Tables that seem to mean something else, and the setting that would answer it."""
    try:
        rows = conn.execute(TABLE_DOUBTS).fetchall()
    except duckdb.CatalogException:
        return []
    return [one_line(row[0]) for row in rows]


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


def _filled(
    conn: duckdb.DuckDBPyConnection,
    text: str,
    query: str,
    rests_on: str = "",
    otherwise: str = "",
) -> str:
    """The text filled with the row of a query; where there is none yet, why not."""
    if row := _row(conn, query):
        return Dashes().format(text, *row)
    if otherwise and (row := _row(conn, otherwise)):
        return str(row[0])
    return _needs(conn, rests_on) if rests_on else "-"


def _row(conn: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...] | None:
    """The row of a query; None where there is none, or it begins with nothing."""
    try:
        row = conn.execute(query).fetchone()
    except duckdb.CatalogException:
        return None
    return row if row and row[0] is not None else None


def _needs(conn: duckdb.DuckDBPyConnection, rests_on: str) -> str:
    """Which raw tables would tell; a dash if none of them is missing."""
    try:
        rows = conn.execute(
            """
            select raw_table from marts.evidence_sources
            where state = 'missing' and contains(feeds, ?) order by raw_table
            """,
            [rests_on],
        ).fetchall()
    except duckdb.CatalogException:
        rows = []
    tables = ", ".join(row[0] for row in rows)
    return f"not known: needs {tables}" if tables else "-"


def told_nodes(run: Settings) -> list[str]:
    """A line for each table or check that failed or warned, and one for the skipped."""
    results = run_results(run)
    lines = [line("failed", text) for text in _told(results, *FAILED)]
    lines += [line("warned", text) for text in _told(results, "warn")]
    if skipped := _ended(results, "skipped"):
        lines.append(line("skipped", f"{len(skipped)}, as they read what failed"))
    return lines


def failed(run: Settings) -> list[str]:
    """What dbt could not build or found wrong."""
    return _ended(run_results(run), *FAILED)


def failures(run: Settings) -> list[str]:
    """The same in words: the table, the rule and rows that break it."""
    return _told(run_results(run), *FAILED)


def told_result(result: dict[str, Any]) -> str:
    """What became of a node, in one line: a test says itself, an error its message."""
    name = result["unique_id"].split(".")[2]
    told = result.get("adapter_response", {}).get("_message")
    if result["unique_id"].startswith("test.") and told and result["status"] != "pass":
        return str(told)
    message = result.get("message") if "error" in result["status"] else None
    return one_line(f"{name}: {message}") if message else name


def _ended(results: list[dict[str, Any]], *statuses: str) -> list[str]:
    """The nodes of dbt's run that ended so."""
    return [
        result["unique_id"].split(".")[2]
        for result in results
        if result["status"] in statuses
    ]


def _told(results: list[dict[str, Any]], *statuses: str) -> list[str]:
    return [told_result(result) for result in results if result["status"] in statuses]
