with

items as (

    select * from {{ ref('stg_billing__subscription_items') }}
    where charge_type = 'recurring'

),

products as (

    select * from {{ ref('int_products_resolved_to_present') }}

),

-- Only what has a discount on an item is read further: few contracts of many.
discounted as (

    select distinct items.subscription_id
    from {{ ref('stg_billing__discounts') }} as discounts
    inner join items on discounts.item_id = items.item_id

),

placed as (

    select
        items.item_id,
        items.subscription_id,
        products.present_product_id as product_id,
        items.billing_interval,
        items.interval_count,
        items.quantity,
        items.unit_price,
        items.valid_from,
        items.valid_to
    from items
    inner join discounted on items.subscription_id = discounted.subscription_id
    inner join products on items.product_id = products.product_id

),

old_at_one_price as (

    select
        *,
        row_number() over (
            partition by
                subscription_id,
                product_id,
                billing_interval,
                interval_count,
                unit_price,
                valid_to
            order by quantity desc, item_id asc
        ) as place
    from placed
    where valid_to is not null

),

new_at_one_price as (

    select
        *,
        row_number() over (
            partition by
                subscription_id,
                product_id,
                billing_interval,
                interval_count,
                unit_price,
                valid_from
            order by quantity desc, item_id asc
        ) as place
    from placed

),

-- An amendment closes one row and opens another that day. Of several lines of a product
-- those of one price belong together.
at_one_price as (

    select
        old_items.item_id,
        new_items.item_id as next_item_id
    from old_at_one_price as old_items
    inner join new_at_one_price as new_items
        on
            old_items.subscription_id = new_items.subscription_id
            and old_items.product_id = new_items.product_id
            and old_items.billing_interval = new_items.billing_interval
            and old_items.interval_count = new_items.interval_count
            and old_items.unit_price = new_items.unit_price
            and old_items.valid_to = new_items.valid_from
            and old_items.place = new_items.place

),

old_rest as (

    select
        placed.item_id,
        placed.subscription_id,
        placed.product_id,
        placed.valid_to,
        row_number() over (
            partition by placed.subscription_id, placed.product_id, placed.valid_to
            order by placed.quantity desc, placed.unit_price desc, placed.item_id asc
        ) as place
    from placed
    left join at_one_price on placed.item_id = at_one_price.item_id
    where at_one_price.item_id is null and placed.valid_to is not null

),

new_rest as (

    select
        placed.item_id,
        placed.subscription_id,
        placed.product_id,
        placed.valid_from,
        row_number() over (
            partition by placed.subscription_id, placed.product_id, placed.valid_from
            order by placed.quantity desc, placed.unit_price desc, placed.item_id asc
        ) as place
    from placed
    left join at_one_price on placed.item_id = at_one_price.next_item_id
    where at_one_price.next_item_id is null

),

at_another_price as (

    select
        old_rest.item_id,
        new_rest.item_id as next_item_id
    from old_rest
    inner join new_rest
        on
            old_rest.subscription_id = new_rest.subscription_id
            and old_rest.product_id = new_rest.product_id
            and old_rest.valid_to = new_rest.valid_from
            and old_rest.place = new_rest.place

)

select
    item_id,
    next_item_id
from at_one_price

union all

select
    item_id,
    next_item_id
from at_another_price
