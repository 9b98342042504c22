with

items as (

    select * from {{ ref('stg_billing__subscription_items') }}
    where charge_type = 'recurring'

),

renamed as (

    select * from {{ ref('int_contract_ids_resolved_to_present') }}
    where id_kind = 'item'

),

-- Lines of equal terms and dates are paired one by one.
begun as (

    select
        *,
        row_number() over (
            partition by
                subscription_id,
                product_id,
                valid_from,
                billing_interval,
                interval_count,
                quantity,
                unit_price
            order by item_id
        ) as place
    from items
    where item_id not in (select renamed.next_id from renamed)

),

ended as (

    select
        *,
        row_number() over (
            partition by
                subscription_id,
                product_id,
                valid_to,
                billing_interval,
                interval_count,
                quantity,
                unit_price
            order by item_id
        ) as place
    from items
    where item_id not in (select renamed.old_id from renamed)

)

select
    begun.item_id,
    ended.item_id as other_item_id
from begun
inner join ended
    on
        begun.subscription_id = ended.subscription_id
        and begun.product_id = ended.product_id
        and begun.valid_from = ended.valid_to
        and begun.billing_interval = ended.billing_interval
        and begun.interval_count = ended.interval_count
        and begun.quantity = ended.quantity
        and begun.unit_price = ended.unit_price
        and begun.place = ended.place
        and begun.item_id <> ended.item_id
-- A reason says that it is a new line.
where begun.change_reason is null
