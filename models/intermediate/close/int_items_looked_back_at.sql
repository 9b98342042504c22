with

items as (

    select * from {{ ref('int_items_valued_at_plan_rates') }}

),

rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}

),

lags as (

    select 1 as lag_months
    union all
    select 3 as lag_months
    union all
    select 12 as lag_months

),

-- Retention looks back at what was there months before, at the rates of today.
valued as (

    select
        lags.lag_months,
        items.account_id,
        items.product_id,
        items.item_id,
        items.is_adjustment,
        items.is_held,
        items.subscription_id,
        items.source_account_id,
        items.source_product_id,
        items.currency,
        items.quantity,
        items.local_arr,
        rates.rate as plan_rate,
        greatest(items.first_month + lags.lag_months, rates.first_month) as first_month,
        least(items.end_month + lags.lag_months, rates.end_month) as end_month,
        sum(items.local_arr) over (
            partition by
                lags.lag_months,
                items.account_id,
                items.product_id,
                items.currency,
                items.is_held,
                items.first_month,
                rates.first_month
            order by items.is_adjustment, items.item_id
            rows between unbounded preceding and current row
        ) as local_arr_up_to
    from items
    cross join lags
    inner join rates
        on
            items.currency = rates.currency
            and items.first_month + lags.lag_months < rates.end_month
            and items.end_month + lags.lag_months > rates.first_month

)

-- Cents are rounded once per balance, as those of a closing are.
select
    lag_months,
    account_id,
    product_id,
    item_id,
    is_adjustment,
    is_held,
    subscription_id,
    source_account_id,
    source_product_id,
    currency,
    quantity,
    local_arr,
    plan_rate,
    first_month,
    end_month,
    cast(
        {{ to_reporting_currency('local_arr_up_to', 'plan_rate') }}
        - {{ to_reporting_currency('(local_arr_up_to - local_arr)', 'plan_rate') }}
        as decimal(18, 2)
    ) as arr
from valued
