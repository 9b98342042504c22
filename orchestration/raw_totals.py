"""Sums of raw amounts, which must stay within what figures hold.

A row at a time the contract bounds every amount; together they could still exceed what
sums in cents hold. No one row is at fault then: a unit, a currency or a rate is.
"""

import duckdb

from orchestration.raw_tables import DoorError, Source, shown

# Figures hold just below 10^16; a table's amounts may add up to a fifth of it, as some
# figures take an amount more than once.
LARGEST_SUM = 2e15
# A value of the contract is below it; what is not is refused row by row.
LARGEST_ROW = 1e15

RATES = """
    select
        cast(currency as varchar) as currency,
        max(try_cast(rate as double)) as rate
    from raw.billing__fx_rates
    where try_cast(rate as double) between 0 and 1e7
    group by all
"""
ITEMS = """
    select
        cast(subscriptions.currency as varchar) as currency,
        abs(try_cast(quantity as double) * try_cast(unit_price as double))
        * case cast(billing_interval as varchar)
            when 'day' then 365 when 'week' then 52 when 'month' then 12 else 1
        end / nullif(abs(try_cast(interval_count as double)), 0) as amount
    from raw.billing__subscription_items as items
    left join raw.billing__subscriptions as subscriptions
        on cast(items.subscription_id as varchar)
        = cast(subscriptions.subscription_id as varchar)
"""
COLUMNS = {
    "billing__invoice_lines": ("amount", "tax_amount"),
    "crm__opportunities": ("amount_arr",),
    "crm__account_plans": ("target_expansion_arr",),
    "crm__compensation_plans": ("base_pay", "variable_pay"),
    "finance__arr_adjustments": ("arr_amount",),
    "finance__gl_revenue": ("amount",),
    "finance__gtm_costs": ("amount",),
}


def refuse_sums_too_large(
    conn: duckdb.DuckDBPyConnection, sources: dict[str, Source]
) -> None:
    """DoorError where a table's amounts add up to more than figures hold."""
    for table, source in sources.items():
        total = _total(conn, table)
        if total > LARGEST_SUM:
            raise DoorError(
                f"{shown(source.name)}, table {table}: its amounts add up to "
                f"{total:.2g} at the highest plan rate, figures hold {LARGEST_SUM:g}"
                "; look at its units, currencies and rates."
            )


def _total(conn: duckdb.DuckDBPyConnection, table: str) -> float:
    if table == "billing__subscription_items":
        rows, largest = ITEMS, 1e12
    elif table in COLUMNS:
        amounts = " + ".join(
            f"coalesce(abs(try_cast({name} as double)), 0)" for name in COLUMNS[table]
        )
        currency = "currency" if table != "crm__account_plans" else "null"
        rows = (
            f"select cast({currency} as varchar) as currency, {amounts} as amount "
            f"from raw.{table}"
        )
        largest = 2 * LARGEST_ROW
    else:
        return 0.0
    found = conn.execute(
        f"""
        select coalesce(sum(amounts.amount * greatest(coalesce(rates.rate, 1), 1)), 0)
        from ({rows}) as amounts
        left join ({RATES}) as rates on amounts.currency = rates.currency
        where amounts.amount <= ?
        """,
        [largest],
    ).fetchall()
    return float(found[0][0])
