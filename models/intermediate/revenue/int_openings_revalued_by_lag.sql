with

balances as (

    select * from {{ ref('int_balances_sampled_to_months') }}

),

rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}

),

products as (

    select
        product_id,
        product_family
    from {{ ref('int_products_resolved_to_present') }}
    where product_id = present_product_id

),

lags as (

    select 1 as lag_months
    union all
    select 3 as lag_months
    union all
    select 12 as lag_months

),

shifted as (

    select
        lags.lag_months,
        balances.account_id,
        balances.product_id,
        balances.currency,
        balances.arr,
        balances.first_month + lags.lag_months as first_month,
        balances.end_month + lags.lag_months as end_month
    from balances
    cross join lags

)

-- The balance of some months ago at the plan rate of the month that looks back: a rate
-- moves no retention.
select
    shifted.lag_months,
    shifted.account_id,
    products.product_family,
    greatest(shifted.first_month, rates.first_month) as first_month,
    least(shifted.end_month, rates.end_month) as end_month,
    {{ to_reporting_currency('shifted.arr', 'rates.rate') }} as arr
from shifted
inner join products on shifted.product_id = products.product_id
inner join rates
    on
        shifted.currency = rates.currency
        and shifted.first_month < rates.end_month
        and rates.first_month < shifted.end_month
