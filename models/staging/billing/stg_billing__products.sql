with

admitted as (

    {{ admitted('billing__products') }}

)

select
    product_id,
    product_name,
    product_family,
    tier_rank,
    unit_of_measure
from admitted
