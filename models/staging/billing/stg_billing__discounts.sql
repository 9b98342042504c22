with

admitted as (

    {{ admitted('billing__discounts') }}

)

select
    discount_id,
    subscription_id,
    item_id,
    percent_off,
    amount_off,
    duration,
    valid_from,
    valid_to
from admitted
