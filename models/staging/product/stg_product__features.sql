with

admitted as (

    {{ admitted('product__features') }}

)

select
    feature_key,
    product_id,
    feature_name,
    is_core,
    is_premium
from admitted
