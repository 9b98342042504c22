with

totals as (

    select * from {{ ref('amount_totals') }}

),

followed as (

    select * from {{ ref('int_source_amounts_followed_to_use') }}

),

set_aside as (

    select
        table_name,
        sum(case when reason = 'used' then amount else 0 end) as used_amount,
        sum(case when reason not in ('used', 'lost') then amount else 0 end)
            as set_aside_amount,
        {{ joined_text(
            "case when reason not in ('used', 'lost') then concat(reason, ' ', amount) end",
            'reason',
            "'; '"
        ) }} as reasons
    from followed
    group by table_name

)

select
    totals.table_name,
    totals.raw_amount,
    totals.quarantined_amount,
    totals.admitted_amount - totals.staged_amount as duplicate_amount,
    totals.staged_amount,
    coalesce(set_aside.used_amount, 0) as used_amount,
    coalesce(set_aside.set_aside_amount, 0) as set_aside_amount,
    set_aside.reasons
from totals
left join set_aside on totals.table_name = set_aside.table_name
