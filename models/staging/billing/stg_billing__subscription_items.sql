with

admitted as (

    {{ admitted('billing__subscription_items') }}

)

select
    item_id,
    subscription_id,
    product_id,
    charge_type,
    billing_interval,
    interval_count,
    quantity,
    unit_price,
    valid_from,
    valid_to,
    change_reason,
    is_contracted_step
from admitted
