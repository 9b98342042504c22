with

items as (

    select * from {{ ref('int_items_valued_at_plan_rates') }}

),

looked_back as (

    select * from {{ ref('int_items_looked_back_at') }}

),

months as (

    select * from {{ ref('int_months') }}

),

lags as (

    select 1 as lag_months
    union all
    select 3 as lag_months
    union all
    select 12 as lag_months

),

stacked as (

    -- What a line was worth then, at the rates of then.
    select
        lags.lag_months,
        items.account_id,
        items.product_id,
        items.item_id,
        items.is_adjustment,
        items.subscription_id,
        items.source_account_id,
        items.source_product_id,
        items.currency,
        items.first_month + lags.lag_months as first_month,
        items.end_month + lags.lag_months as end_month,
        items.quantity as opening_quantity,
        0 as closing_quantity,
        items.arr as opening_arr,
        0 as revalued_opening_arr,
        0 as closing_arr
    from items
    cross join lags

    union all

    select
        lag_months,
        account_id,
        product_id,
        item_id,
        is_adjustment,
        subscription_id,
        source_account_id,
        source_product_id,
        currency,
        first_month,
        end_month,
        0 as opening_quantity,
        0 as closing_quantity,
        0 as opening_arr,
        arr as revalued_opening_arr,
        0 as closing_arr
    from looked_back

    union all

    select
        lags.lag_months,
        items.account_id,
        items.product_id,
        items.item_id,
        items.is_adjustment,
        items.subscription_id,
        items.source_account_id,
        items.source_product_id,
        items.currency,
        items.first_month,
        items.end_month,
        0 as opening_quantity,
        items.quantity as closing_quantity,
        0 as opening_arr,
        0 as revalued_opening_arr,
        items.arr as closing_arr
    from items
    cross join lags

),

-- In force at one end and held at the other it is one line.
item_months as (

    select
        stacked.lag_months,
        stacked.account_id,
        stacked.product_id,
        months.month_start,
        stacked.item_id,
        stacked.is_adjustment,
        stacked.subscription_id,
        stacked.source_account_id,
        stacked.source_product_id,
        stacked.currency,
        sum(stacked.opening_quantity) as opening_quantity,
        sum(stacked.closing_quantity) as closing_quantity,
        sum(stacked.opening_arr) as opening_arr,
        sum(stacked.revalued_opening_arr) as revalued_opening_arr,
        sum(stacked.closing_arr) as closing_arr
    from stacked
    inner join months
        on
            stacked.first_month <= months.month_number
            and stacked.end_month > months.month_number
    group by
        stacked.lag_months,
        stacked.account_id,
        stacked.product_id,
        months.month_start,
        stacked.item_id,
        stacked.is_adjustment,
        stacked.subscription_id,
        stacked.source_account_id,
        stacked.source_product_id,
        stacked.currency

)

select
    lag_months,
    account_id,
    product_id,
    month_start,
    item_id,
    is_adjustment,
    subscription_id,
    source_account_id,
    source_product_id,
    currency,
    cast(opening_quantity as decimal(24, 6)) as opening_quantity,
    cast(closing_quantity as decimal(24, 6)) as closing_quantity,
    cast(opening_arr as decimal(18, 2)) as opening_arr,
    cast(revalued_opening_arr - opening_arr as decimal(18, 2)) as fx_arr,
    cast(revalued_opening_arr as decimal(18, 2)) as revalued_opening_arr,
    cast(closing_arr - revalued_opening_arr as decimal(18, 2)) as moved_arr,
    cast(closing_arr as decimal(18, 2)) as closing_arr
from item_months
