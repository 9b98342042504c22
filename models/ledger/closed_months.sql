{%- set facts = frozen_columns('closed_months') -%}

with

months as (

    select * from {{ ref('months_closed_by_finance') }}
    where month_start not in ({{ frozen_months() }})

),

snapshots as (

    select * from {{ ref('snapshot_hashes') }}

),

arr_snapshots as (

    select * from {{ ref('arr_snapshots') }}

),

totals as (

    select
        snapshot_id,
        sum(closing_arr) as closing_arr
    from arr_snapshots
    group by snapshot_id

),

headers as (

    select
        months.snapshot_id,
        months.month_start,
        months.closed_on,
        months.closed_by,
        months.as_of_date,
        months.policy_version,
        months.policy_values,
        months.raw_id,
        coalesce(of_accounts.n_rows, 0) as n_rows,
        cast(coalesce(totals.closing_arr, 0) as decimal(18, 2)) as closing_arr,
        of_accounts.content_hash,
        of_items.content_hash as items_hash,
        of_retention.content_hash as retention_hash
    from months
    left join totals on months.snapshot_id = totals.snapshot_id
    left join snapshots as of_accounts
        on
            months.snapshot_id = of_accounts.snapshot_id
            and of_accounts.table_name = 'arr_snapshots'
    left join snapshots as of_items
        on
            months.snapshot_id = of_items.snapshot_id
            and of_items.table_name = 'item_snapshots'
    left join snapshots as of_retention
        on
            months.snapshot_id = of_retention.snapshot_id
            and of_retention.table_name = 'reported_retention'

)

-- The last to be written: a month is closed once its row is here.
select
    snapshot_id,
    month_start,
    {{ facts | join(', ') }},
    {{ rows_hash(facts) }} as header_hash
from headers
group by snapshot_id, month_start, {{ facts | join(', ') }}
