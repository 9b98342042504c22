-- Fails if the lines of a product's closing ARR, or their units, are not its closing: a
-- figure that cannot be taken apart to the contracts cannot be signed.
{{ config(meta={'dagster': {'ref': {'name': 'arr_item_months'}}}) }}
with

items as (

    select
        account_id,
        product_id,
        month_start,
        sum(closing_arr) as items_arr,
        sum(quantity) as items_quantity
    from {{ ref('arr_item_months') }}
    group by account_id, product_id, month_start

),

products as (

    select * from {{ ref('arr_product_months') }}

)

select
    coalesce(items.account_id, products.account_id) as account_id,
    coalesce(items.product_id, products.product_id) as product_id,
    coalesce(items.month_start, products.month_start) as month_start,
    items.items_arr,
    products.closing_arr,
    items.items_quantity,
    products.quantity
from items
full outer join products
    on
        items.account_id = products.account_id
        and items.product_id = products.product_id
        and items.month_start = products.month_start
where
    coalesce(items.items_arr, 0) <> coalesce(products.closing_arr, 0)
    or (products.quantity is not null and items.items_quantity <> products.quantity)
