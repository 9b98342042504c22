"""From layout 2 to 3: one table of items, headers with a hash of their own.

Layout 2 kept the lines that retention looked back at apart, in opening_item_snapshots,
and of each account and product neither its scopes nor what it had one and three months
before. Those stay null: they were not frozen, and nothing may be made up of a close.
"""

from pathlib import Path

import duckdb

from orchestration.closing import HEADER
from orchestration.migrations.hashes import (
    note_rehashed,
    refuse_changed,
    refuse_other_totals,
    rows_hash,
)

_ITEM = (
    *("account_id", "product_id", "item_id", "is_adjustment", "is_held"),
    *("subscription_id", "source_account_id", "source_product_id", "currency"),
    *("quantity", "local_arr", "plan_rate"),
)
_SOURCE = ("source_parent_account_id", "source_merged_into_account_id")
_RETENTION = (
    *("scope_type", "scope_value", "metric_id", "numerator", "denominator", "value"),
    *("n_accounts", "top_account_share", "policy_version"),
)
BEFORE = {
    "arr_snapshots": (
        "content_hash",
        (
            *("account_id", "product_id", "quantity", "closing_arr"),
            *("opening_arr_12m", "is_in_grace"),
        ),
    ),
    "item_snapshots": ("items_hash", (*_ITEM, "closing_arr", *_SOURCE)),
    "opening_item_snapshots": ("openings_hash", (*_ITEM, "opening_arr_12m", *_SOURCE)),
    "reported_retention": ("retention_hash", _RETENTION),
}
AFTER = {
    "arr_snapshots": (
        "content_hash",
        (
            *("account_id", "segment", "country", "industry", "product_id"),
            *("product_family", "quantity", "closing_arr", "opening_arr_12m"),
            *("opening_arr_3m", "opening_arr_1m", "is_in_grace"),
        ),
    ),
    "item_snapshots": (
        "items_hash",
        (
            *("metric", "account_id", "product_id", "item_id", "is_adjustment"),
            *("is_held", "subscription_id", "source_account_id", *_SOURCE),
            *("source_product_id", "currency", "quantity", "local_arr", "plan_rate"),
            "arr",
        ),
    ),
}
FACTS = (
    *("closed_on", "closed_by", "as_of_date", "policy_version", "policy_values"),
    *("raw_id", "n_rows", "closing_arr", "content_hash", "items_hash"),
    "retention_hash",
)


def migrate(conn: duckdb.DuckDBPyConnection, schema: str, place: Path) -> None:
    """Changes a ledger of layout 2 in a schema; LedgerError if it is not whole."""
    refuse_changed(conn, schema, place, BEFORE)
    refuse_other_totals(conn, schema, place)
    conn.execute(
        f"""
        create or replace table {schema}.arr_snapshots as
        select snapshot_id, month_start, account_id, cast(null as varchar) as segment,
            cast(null as varchar) as country, cast(null as varchar) as industry,
            product_id, cast(null as varchar) as product_family, quantity, closing_arr,
            opening_arr_12m, cast(null as decimal(18, 2)) as opening_arr_3m,
            cast(null as decimal(18, 2)) as opening_arr_1m, is_in_grace
        from {schema}.arr_snapshots
        """
    )
    columns = ", ".join(name for name in AFTER["item_snapshots"][1][1:-1])
    conn.execute(
        f"""
        create or replace table {schema}.item_snapshots as
        select snapshot_id, month_start, 'closing_arr' as metric, {columns},
            closing_arr as arr
        from {schema}.item_snapshots
        union all
        select snapshot_id, month_start, 'opening_arr_12m' as metric, {columns},
            opening_arr_12m as arr
        from {schema}.opening_item_snapshots
        """
    )
    conn.execute(f"drop table {schema}.opening_item_snapshots")
    for table, (column, hashed) in AFTER.items():
        note_rehashed(conn, schema, table, column, hashed, to_layout=3)
    facts = ", ".join(FACTS)
    conn.execute(
        f"""
        create or replace table {schema}.{HEADER} as
        select snapshot_id, month_start, {facts}, {rows_hash(FACTS)} as header_hash
        from {schema}.{HEADER}
        group by snapshot_id, month_start, {facts}
        order by month_start
        """
    )
