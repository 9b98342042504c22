with

admitted as (

    {{ admitted('product__usage_daily') }}

)

select
    account_id,
    user_id,
    feature_key,
    usage_date,
    event_count,
    quantity
from admitted
