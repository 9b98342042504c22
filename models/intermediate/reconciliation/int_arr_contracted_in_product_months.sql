with

balances as (

    select * from {{ ref('int_balance_changes_summed_to_product_months') }}
    where closing_arr <> 0

),

months as (

    select * from {{ ref('int_months_billed') }}

)

select
    balances.account_id,
    balances.product_id,
    months.month_number,
    cast(round(cast(balances.closing_arr as double) / 12, 2) as decimal(18, 2))
        as contracted_amount
from balances
inner join months
    on
        balances.month_number <= months.month_number
        and balances.next_month > months.month_number
