with

balances as (

    select * from {{ ref('int_balances_sampled_to_months') }}

),

rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}

)

-- A balance is cut where the plan rate of its currency changes.
select
    balances.account_id,
    balances.product_id,
    balances.currency,
    balances.quantity,
    balances.is_held,
    greatest(balances.first_month, rates.first_month) as first_month,
    least(balances.end_month, rates.end_month) as end_month,
    {{ to_reporting_currency('balances.arr', 'rates.rate') }} as arr,
    {{ to_reporting_currency('balances.list_arr', 'rates.rate') }} as list_arr
from balances
inner join rates
    on
        balances.currency = rates.currency
        and balances.first_month < rates.end_month
        and balances.end_month > rates.first_month
