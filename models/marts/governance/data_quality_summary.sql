with

row_counts as (

    select * from {{ ref('int_raw_rows_counted_to_tables') }}

),

incomplete as (

    select * from {{ ref('int_incomplete_keys_counted_to_tables') }}

),

refusals as (

    select * from {{ ref('int_refusals_valued_by_reason') }}

),

missing_items as (

    select
        table_name,
        sum(n_missing_items) as n_missing_items,
        sum(n_unreadable_items + n_unconverted_items) as n_unvalued_items,
        sum(missing_arr) as missing_arr
    from refusals
    group by table_name

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
    cast(coalesce(missing_items.n_missing_items, 0) as bigint) as n_missing_items,
    cast(coalesce(missing_items.n_unvalued_items, 0) as bigint) as n_unvalued_items,
    cast(
        case
            when coalesce(missing_items.n_missing_items, 0) = 0 then 0
            when missing_items.n_missing_items > missing_items.n_unvalued_items
                then missing_items.missing_arr
        end as decimal(18, 2)
    ) as missing_arr
from row_counts
left join incomplete on row_counts.table_name = incomplete.table_name
left join missing_items on row_counts.table_name = missing_items.table_name
