-- Fails if what the ledger holds of a closed month is not what was frozen: a cent, row
-- or header was changed by hand. Delete the month's row from ledger.closed_months, and
-- the next build takes the month back from the files beside the warehouse.
{{ config(meta={'dagster': {'ref': {'name': 'closed_months'}}}) }}
{%- set facts = frozen_columns('closed_months') %}
with

closed_months as (

    select * from {{ ref('closed_months') }}

),

snapshots as (

    select * from {{ ref('snapshot_hashes') }}

),

frozen as (

    select
        snapshot_id,
        month_start,
        'arr_snapshots' as table_name,
        content_hash as hash_at_close
    from closed_months

    union all

    select
        snapshot_id,
        month_start,
        'item_snapshots' as table_name,
        items_hash as hash_at_close
    from closed_months

    union all

    select
        snapshot_id,
        month_start,
        'reported_retention' as table_name,
        retention_hash as hash_at_close
    from closed_months

    union all

    select
        snapshot_id,
        month_start,
        'closed_months' as table_name,
        header_hash as hash_at_close
    from closed_months

),

present as (

    select
        snapshot_id,
        month_start,
        table_name,
        content_hash
    from snapshots

    union all

    select
        snapshot_id,
        month_start,
        'closed_months' as table_name,
        {{ rows_hash(facts) }} as content_hash
    from closed_months
    group by snapshot_id, month_start

)

select
    coalesce(frozen.month_start, present.month_start) as month_start,
    coalesce(frozen.table_name, present.table_name) as table_name,
    frozen.hash_at_close,
    present.content_hash
from frozen
full outer join present
    on
        frozen.snapshot_id = present.snapshot_id
        and frozen.month_start = present.month_start
        and frozen.table_name = present.table_name
where coalesce(frozen.hash_at_close, '') <> coalesce(present.content_hash, '')
order by month_start, table_name
