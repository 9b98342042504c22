with

months as (

    select * from {{ ref('months_to_close') }}

),

hashes as (

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
    coalesce(hashes.n_rows, 0) as n_rows,
    cast(coalesce(hashes.closing_arr, 0) as decimal(18, 2)) as closing_arr,
    hashes.content_hash,
    hashes.items_hash,
    hashes.openings_hash,
    hashes.retention_hash
from months
left join hashes on months.snapshot_id = hashes.snapshot_id
