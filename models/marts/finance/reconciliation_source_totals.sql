with

row_counts as (

    select * from {{ ref('int_raw_rows_counted_to_tables') }}

),

amounts as (

    select * from {{ ref('int_source_amounts_summed_to_tables') }}

),

totals as (

    select
        table_name,
        'rows' as measure,
        n_raw_rows as raw_total,
        n_quarantined_rows as quarantined_total,
        n_duplicate_rows as duplicate_total,
        n_staged_rows as staged_total,
        n_staged_rows as used_total,
        0 as set_aside_total,
        example_reason as reason
    from row_counts

    union all

    select
        table_name,
        'amount' as measure,
        raw_amount as raw_total,
        quarantined_amount as quarantined_total,
        duplicate_amount as duplicate_total,
        staged_amount as staged_total,
        used_amount as used_total,
        set_aside_amount as set_aside_total,
        reasons as reason
    from amounts

)

select
    table_name,
    measure,
    cast(raw_total as decimal(18, 2)) as raw_total,
    cast(quarantined_total as decimal(18, 2)) as quarantined_total,
    cast(duplicate_total as decimal(18, 2)) as duplicate_total,
    cast(staged_total as decimal(18, 2)) as staged_total,
    cast(used_total as decimal(18, 2)) as used_total,
    cast(set_aside_total as decimal(18, 2)) as set_aside_total,
    cast(
        raw_total - quarantined_total - duplicate_total - used_total - set_aside_total
        as decimal(18, 2)
    ) as difference,
    reason
from totals
