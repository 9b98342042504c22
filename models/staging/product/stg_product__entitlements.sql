with

admitted as (

    {{ admitted('product__entitlements') }}

)

select
    account_id,
    product_id,
    meter,
    limit_quantity,
    valid_from,
    valid_to
from admitted
