with

balances as (

    select * from {{ ref('int_balances_sampled_to_months') }}

),

rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}
    where previous_rate is not null

)

-- In the month of a new plan rate, what was there the month before changes its value.
select
    balances.account_id,
    balances.product_id,
    rates.first_month as month_number,
    {{ to_reporting_currency('balances.arr', 'rates.rate') }}
    - {{ to_reporting_currency('balances.arr', 'rates.previous_rate') }} as fx_arr,
    {{ to_reporting_currency('balances.list_arr', 'rates.rate') }}
    - {{ to_reporting_currency('balances.list_arr', 'rates.previous_rate') }}
        as fx_list_arr
from balances
inner join rates
    on
        balances.currency = rates.currency
        and balances.first_month < rates.first_month
        and balances.end_month >= rates.first_month
