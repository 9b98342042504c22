with

admitted as (

    {{ admitted('finance__arr_adjustments') }}

)

select
    adjustment_id,
    account_id,
    product_id,
    valid_from,
    valid_to,
    arr_amount,
    currency,
    reason,
    approved_by
from admitted
