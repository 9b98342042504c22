with

items as (

    select * from {{ ref('int_subscription_items_annualised') }}

),

shares as (

    select * from {{ ref('int_contract_amounts_shared_to_items') }}

)

select
    items.item_id,
    items.subscription_id,
    items.account_id,
    items.product_id,
    items.currency,
    items.item_starts_on,
    items.item_ends_on,
    items.is_contracted_step,
    items.valid_from,
    items.valid_to,
    items.signed_to,
    items.quantity,
    items.unit_list_arr,
    items.list_arr,
    cast(
        items.item_arr - coalesce(shares.arr_off, 0) as decimal(18, 2)
    ) as arr
from items
left join shares
    on items.item_id = shares.item_id and items.valid_from = shares.valid_from
