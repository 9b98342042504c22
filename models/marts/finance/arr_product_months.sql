with

changes as (

    select * from {{ ref('int_balance_changes_summed_to_product_months') }}
    where closing_arr <> 0

),

months as (

    select * from {{ ref('int_months') }}

)

-- A balance stands from the month it changed to the month before it changes again.
select
    changes.account_id,
    changes.product_id,
    months.month_start,
    changes.closing_quantity as quantity,
    changes.closing_arr,
    changes.is_in_grace
from changes
inner join months
    on
        changes.month_number <= months.month_number
        and changes.next_month > months.month_number
