with

item_months as (

    select * from {{ ref('arr_item_months') }}

),

months as (

    select * from {{ ref('int_months') }}

),

rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}

),

looked_back_at as (

    select
        item_months.account_id,
        item_months.product_id,
        months.month_start,
        item_months.item_id,
        item_months.is_adjustment,
        item_months.is_held,
        item_months.subscription_id,
        item_months.source_account_id,
        item_months.source_product_id,
        item_months.currency,
        item_months.quantity,
        item_months.local_arr,
        rates.rate as plan_rate,
        sum(item_months.local_arr) over (
            partition by
                item_months.account_id,
                item_months.product_id,
                item_months.currency,
                months.month_start
            order by
                item_months.item_id, item_months.is_adjustment, item_months.is_held
            rows between unbounded preceding and current row
        ) as running_arr
    from item_months
    inner join months
        on
            item_months.month_start
            = cast({{ dbt.dateadd('month', -12, 'months.month_start') }} as date)
    inner join rates
        on
            item_months.currency = rates.currency
            and months.month_number >= rates.first_month
            and months.month_number < rates.end_month

)

-- What is rounded is the sum of the items: each takes what it adds to the rounded sum.
select
    account_id,
    product_id,
    month_start,
    item_id,
    is_adjustment,
    is_held,
    subscription_id,
    source_account_id,
    source_product_id,
    currency,
    quantity,
    local_arr,
    cast(plan_rate as decimal(18, 10)) as plan_rate,
    cast(
        {{ to_reporting_currency('running_arr', 'plan_rate') }}
        - {{ to_reporting_currency('running_arr - local_arr', 'plan_rate') }}
        as decimal(18, 2)
    ) as opening_arr_12m
from looked_back_at
