"""Lines of a build's summary where there is little to tell: they say why."""

import datetime as dt

import duckdb
import pytest

from orchestration.summary import LINES, _filled, refused_lines

MARTS = """
    create schema marts;
    create schema decisions;
    create schema staging;
    create table staging.stg_policy__metric_policy as
    select date '2025-06-30' as as_of_date, 'USD' as reporting_currency;
    create table marts.evidence_sources (raw_table text, state text, feeds text);
    create table marts.revenue_doubts (doubt_arr decimal(9, 2), is_in_closing_arr bool);
    create table marts.signal_backtest as from range(12) as signals (signal);
    create table marts.account_signals (signal text, month_start date, is_fired bool);
    create table marts.expansion_summary as
    select
        'company' as scope_type, 0 as n_ready, 0 as n_held_out, 0.00 as expected_arr,
        0.00 as expected_arr_low, 0.00 as expected_arr_high;
    create table marts.refusals (
        table_name text, reason text, n_rows bigint, example_reason text,
        cause_table text, cause_reason text, n_missing_items bigint,
        n_unreadable_items bigint, n_unconverted_items bigint,
        missing_arr decimal(18, 2), unconverted_arr decimal(18, 2),
        unconverted_currency text, cure text
    );
    create table decisions.review_triggers (state text);
    create table decisions.decision_record (
        decision_id text, version integer, verdict text, recommended_option text
    );
    create table decisions.decision_readiness (
        decision_id text, state text, failing_rows text
    );
"""


@pytest.fixture
def conn() -> duckdb.DuckDBPyConnection:
    """A warehouse in which nothing is known or asked yet."""
    made = duckdb.connect()
    made.execute(MARTS)
    return made


def said(conn: duckdb.DuckDBPyConnection, label: str) -> str:
    """What the line of this label says."""
    [query] = [query for name, *query in LINES if name == label]
    return _filled(conn, *query)


def test_decisions_asked_later_say_when(conn: duckdb.DuckDBPyConnection) -> None:
    assert said(conn, "decisions") == "-"
    later = dt.date(2026, 5, 4)
    why = f"asked for on {later}, after the as-of date 2025-06-30"
    rows = [["DEC-01", "passed", None], ["DEC-02", "not_asked", why]]
    conn.executemany("insert into decisions.decision_readiness values (?, ?, ?)", rows)
    assert said(conn, "decisions") == f"DEC-02 {why}"
    conn.execute(
        "insert into decisions.decision_record values ('DEC-01', 1, 'ready', 'B')"
    )
    assert said(conn, "decisions") == f"DEC-01 ready, B; DEC-02 {why}"
    assert said(conn, "triggers") == (
        "none watched: no decision is asked for by 2025-06-30"
    )


def test_no_play_where_little_is_known_says_how_little(
    conn: duckdb.DuckDBPyConnection,
) -> None:
    conn.execute(
        "insert into marts.evidence_sources values "
        "('product__usage_daily', 'missing', 'signals: usage_growth')"
    )
    assert said(conn, "plays ready") == "not known: needs product__usage_daily"
    rows = [
        ["renewal_window", dt.date(2025, 6, 1), False],
        ["step", "2025-06-01", None],
    ]
    conn.executemany("insert into marts.account_signals values (?, ?, ?)", rows)
    assert said(conn, "plays ready") == "none; only 2 of 12 signals known"
    conn.execute("delete from marts.signal_backtest where signal > 1")
    assert said(conn, "plays ready") == "none"
    conn.execute("update marts.expansion_summary set n_held_out = 1")
    assert said(conn, "plays ready") == "0 worth 0.00 (0.00 to 0.00), 1 held out"


def test_nothing_in_doubt_is_none(conn: duckdb.DuckDBPyConnection) -> None:
    assert said(conn, "doubts") == "none"
    conn.execute("insert into marts.revenue_doubts values (12.5, true), (9, false)")
    assert said(conn, "doubts") == "1, 12.50 ARR"


def refuse(conn: duckdb.DuckDBPyConnection, number: int) -> None:
    """One more reason, for which nothing is missing."""
    conn.execute(
        "insert into marts.refusals values ('t', ?, 2, 'x', '', '', 0, 0, 0, 0, null, "
        "null, 'mend them')",
        [f"reason {number}"],
    )


def test_reasons_left_out_are_counted(conn: duckdb.DuckDBPyConnection) -> None:
    for number in range(6):
        refuse(conn, number)
    lines = refused_lines(conn)
    assert lines[0] == "t: reason 0, 2 rows: mend them"
    assert lines[5:] == ["1 more reason: see marts.refusals"]
    refuse(conn, 6)
    assert refused_lines(conn)[5:] == ["2 more reasons: see marts.refusals"]


def test_money_of_several_kinds_stands_in_one_line(
    conn: duckdb.DuckDBPyConnection,
) -> None:
    conn.execute(
        "insert into marts.refusals values ('t', 'valid_from is not of type date', 3, "
        "'valid_from ''01.03.2025'' is not of type date', '', '', 4, 1, 2, 1200, 70, "
        "'CHF', 'mend them')"
    )
    assert refused_lines(conn) == [
        "t: valid_from is not of type date, 3 rows, for example '01.03.2025'; about "
        "1,200.00 USD of ARR is missing; about 70.00 CHF of ARR is missing; the ARR of "
        "1 item cannot be read: mend them"
    ]
