with

refusals as (

    select * from {{ ref('int_refusals_valued_by_reason') }}

)

select
    table_name,
    reason,
    n_rows,
    example_key,
    example_reason,
    cause_table,
    cause_reason,
    n_missing_items,
    n_unreadable_items,
    n_unconverted_items,
    missing_arr,
    unconverted_arr,
    unconverted_currency,
    cure
from refusals
