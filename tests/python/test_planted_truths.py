"""What is planted in the demo company (seeds/README.md) is what the marts find."""

import duckdb


def one_row(conn: duckdb.DuckDBPyConnection, query: str) -> tuple:
    rows = conn.execute(query).fetchall()
    assert len(rows) == 1, rows
    return rows[0]


def test_full_seats_predict_expansion_and_head_count_does_not(
    demo: duckdb.DuckDBPyConnection,
) -> None:
    query = """
        select lift_low, lift_high, precision_low, precision_high, base_rate,
            is_underpowered, verdict
        from marts.signal_backtest where signal = '{}'
    """
    low, _, precision_low, precision_high, base_rate, is_weak, verdict = one_row(
        demo, query.format("seat_utilisation")
    )
    assert low > 1 and precision_low > base_rate and not is_weak
    assert precision_low < 0.467 < precision_high
    assert verdict == "predicts"
    low, high, precision_low, precision_high, base_rate, is_weak, verdict = one_row(
        demo, query.format("headcount_growth")
    )
    assert low < 1 < high and precision_low < base_rate < precision_high
    assert not is_weak and verdict == "no evidence"


def test_full_seats_hardly_ever_show_in_small_business(
    demo: duckdb.DuckDBPyConnection,
) -> None:
    shares = demo.execute(
        """
        select segment = 'small_business', avg(is_fired::integer)
        from marts.account_signals
        inner join marts.accounts using (account_id)
        where signal = 'seat_utilisation'
        group by 1
        """
    ).fetchall()
    assert dict(shares)[True] < 0.005 and dict(shares)[False] > 0.2


def test_unhealthy_accounts_leave_and_are_no_targets(
    demo: duckdb.DuckDBPyConnection,
) -> None:
    rows = demo.execute(
        """
        with health as (
            select account_id, month_start, band,
                (
                    select count(*) > 0 from marts.arr_account_months as later
                    where later.account_id = health.account_id
                        and later.movement = 'churn'
                        and later.month_start > health.month_start
                        and later.month_start
                        <= health.month_start + interval 6 months
                ) as has_left
            from marts.account_health_months as health
            where month_start < date '2026-01-01'
        )
        select band, avg(has_left::integer) from health
        where band is not null group by band
        """
    ).fetchall()
    left = dict(rows)
    assert left["red"] > 4 * left["green"], left
    red = """
        select account_id from marts.account_health_months
        where band = 'red'
            and month_start = (select max(month_start) from marts.arr_account_months)
    """
    at_risk = demo.execute("select account_id from marts.churn_risks").fetchall()
    assert at_risk and set(at_risk) == set(demo.execute(red).fetchall())
    targets = demo.execute("select account_id from marts.expansion_queue").fetchall()
    assert targets and not set(targets) & set(at_risk)


def test_the_leaver_and_the_misaligned_are_named(
    demo: duckdb.DuckDBPyConnection,
) -> None:
    is_active, n_accounts = one_row(
        demo,
        """
        select is_active, n_accounts from marts.owner_coverage
        where owner_user_id = 'USR-018'
        """,
    )
    assert not is_active and n_accounts > 0
    roles = demo.execute(
        "select distinct role from marts.incentive_alignment where is_misaligned"
    ).fetchall()
    assert ("csm",) in roles and ("account_manager",) not in roles
