with

refusals as (

    select * from {{ ref('int_refusals_valued_by_reason') }}

)

select
    table_name,
    reason,
    currency,
    n_rows,
    example_key,
    example_reason,
    n_arr_rows,
    n_unreadable,
    local_missing_arr,
    missing_arr,
    cure
from refusals
