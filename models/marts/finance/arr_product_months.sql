with

changes as (

    select * from {{ ref('int_balance_changes_summed_to_product_months') }}
    where closing_arr <> 0

),

months as (

    select * from {{ ref('int_months') }}

),

-- A balance stands from the month it changed to the month before it changes again.
standing as (

    select
        *,
        {{ each_number('month_number', 'next_month') }} as standing_month
    from changes

)

select
    standing.account_id,
    standing.product_id,
    months.month_start,
    standing.closing_quantity as quantity,
    standing.closing_arr,
    standing.is_in_grace
from standing
inner join months on standing.standing_month = months.month_number
