with

items as (

    select * from {{ ref('int_items_looked_back_at') }}
    where lag_months = 12

),

months as (

    select * from {{ ref('int_months') }}

)

select
    items.account_id,
    items.product_id,
    months.month_start,
    items.item_id,
    items.is_adjustment,
    items.is_held,
    items.subscription_id,
    items.source_account_id,
    items.source_product_id,
    items.currency,
    items.quantity,
    items.local_arr,
    items.plan_rate,
    items.arr as opening_arr_12m
from items
inner join months
    on
        items.first_month <= months.month_number
        and items.end_month > months.month_number
