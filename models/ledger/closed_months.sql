with

months as (

    select * from {{ ref('months_closed_by_finance') }}
    where month_start not in ({{ frozen_months() }})

),

snapshots as (

    select * from {{ ref('snapshot_hashes') }}

)

-- The last to be written: a month is closed once its row is here.
select
    months.snapshot_id,
    months.month_start,
    months.closed_on,
    months.closed_by,
    months.as_of_date,
    months.policy_version,
    months.policy_values,
    months.raw_id,
    coalesce(snapshots.n_rows, 0) as n_rows,
    cast(coalesce(snapshots.closing_arr, 0) as decimal(18, 2)) as closing_arr,
    snapshots.content_hash,
    snapshots.items_hash,
    snapshots.openings_hash,
    snapshots.retention_hash
from months
left join snapshots on months.snapshot_id = snapshots.snapshot_id
