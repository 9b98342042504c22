with

closed_months as (

    select * from {{ ref('closed_months') }}

)

select
    month_start,
    snapshot_id,
    closed_on,
    closed_by,
    as_of_date,
    policy_version,
    policy_values,
    raw_id,
    n_rows,
    closing_arr,
    content_hash
from closed_months
