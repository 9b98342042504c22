with

items as (

    select * from {{ ref('stg_billing__subscription_items') }}
    where charge_type = 'recurring'

),

products as (

    select * from {{ ref('int_products_resolved_to_present') }}

),

contract_ids as (

    select * from {{ ref('int_contract_ids_resolved_to_present') }}

),

-- A line that billing has given a new id is itself, whatever else changed with it, and
-- whether its old row is still there or not.
renamed as (

    select
        contract_ids.old_id as item_id,
        contract_ids.next_id as next_item_id,
        count(*) over (partition by contract_ids.next_id) as n_lines
    from contract_ids
    inner join items as new_items on contract_ids.next_id = new_items.item_id
    left join items as old_items on contract_ids.old_id = old_items.item_id
    where
        contract_ids.id_kind = 'item'
        and (old_items.item_id is not null or not contract_ids.is_in_source)

),

held as (

    select
        items.*,
        coalesce(contract_ids.present_id, items.subscription_id) as contract_id
    from items
    left join contract_ids
        on
            items.subscription_id = contract_ids.old_id
            and contract_ids.id_kind = 'subscription'

),

-- Only contracts with a discount on an item are read further: few of many. A line under
-- another id may have brought its discount along.
discounted as (

    select held.contract_id
    from {{ ref('stg_billing__discounts') }} as discounts
    inner join held on discounts.item_id = held.item_id

    union

    select held.contract_id
    from renamed
    inner join held on renamed.next_item_id = held.item_id

),

taken_over as (

    select distinct next_item_id as item_id
    from renamed

),

placed as (

    select
        held.item_id,
        held.contract_id,
        products.present_product_id as product_id,
        held.billing_interval,
        held.interval_count,
        held.quantity,
        held.unit_price,
        held.valid_from,
        held.valid_to,
        renamed.item_id is not null as has_next,
        taken_over.item_id is not null as has_last
    from held
    inner join discounted on held.contract_id = discounted.contract_id
    inner join products on held.product_id = products.product_id
    left join renamed on held.item_id = renamed.item_id
    left join taken_over on held.item_id = taken_over.item_id

),

old_at_one_price as (

    select
        *,
        row_number() over (
            partition by
                contract_id,
                product_id,
                billing_interval,
                interval_count,
                unit_price,
                valid_to
            order by quantity desc, item_id asc
        ) as place
    from placed
    where valid_to is not null and not has_next

),

new_at_one_price as (

    select
        *,
        row_number() over (
            partition by
                contract_id,
                product_id,
                billing_interval,
                interval_count,
                unit_price,
                valid_from
            order by quantity desc, item_id asc
        ) as place
    from placed
    where not has_last

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
            old_items.contract_id = new_items.contract_id
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
        placed.contract_id,
        placed.product_id,
        placed.valid_to,
        row_number() over (
            partition by placed.contract_id, placed.product_id, placed.valid_to
            order by placed.quantity desc, placed.unit_price desc, placed.item_id asc
        ) as place
    from placed
    left join at_one_price on placed.item_id = at_one_price.item_id
    where
        at_one_price.item_id is null
        and placed.valid_to is not null
        and not placed.has_next

),

new_rest as (

    select
        placed.item_id,
        placed.contract_id,
        placed.product_id,
        placed.valid_from,
        row_number() over (
            partition by placed.contract_id, placed.product_id, placed.valid_from
            order by placed.quantity desc, placed.unit_price desc, placed.item_id asc
        ) as place
    from placed
    left join at_one_price on placed.item_id = at_one_price.next_item_id
    where at_one_price.next_item_id is null and not placed.has_last

),

at_another_price as (

    select
        old_rest.item_id,
        new_rest.item_id as next_item_id
    from old_rest
    inner join new_rest
        on
            old_rest.contract_id = new_rest.contract_id
            and old_rest.product_id = new_rest.product_id
            and old_rest.valid_to = new_rest.valid_from
            and old_rest.place = new_rest.place

)

select
    item_id,
    next_item_id,
    true as is_same_line
from renamed
-- Of several lines that became one, none goes on alone.
where n_lines = 1

union all

select
    item_id,
    next_item_id,
    false as is_same_line
from at_one_price

union all

select
    item_id,
    next_item_id,
    false as is_same_line
from at_another_price
