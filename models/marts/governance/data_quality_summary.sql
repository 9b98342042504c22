with

row_counts as (

    select * from {{ ref('int_raw_rows_counted_to_tables') }}

),

incomplete as (

    select * from {{ ref('int_incomplete_keys_counted_to_tables') }}

),

unknown as (

    select * from {{ ref('int_unknown_arr_summed_to_tables') }}

)

select
    row_counts.table_name,
    row_counts.n_raw_rows,
    row_counts.n_staged_rows,
    row_counts.n_duplicate_rows,
    row_counts.n_quarantined_rows,
    row_counts.n_lost_references,
    row_counts.example_reason,
    cast(coalesce(incomplete.n_incomplete_keys, 0) as bigint) as n_incomplete_keys,
    cast(coalesce(incomplete.n_untied_rows, 0) as bigint) as n_untied_rows,
    cast(coalesce(unknown.unknown_arr, 0) as decimal(18, 2)) as unknown_arr
from row_counts
left join incomplete on row_counts.table_name = incomplete.table_name
left join unknown on row_counts.table_name = unknown.table_name
