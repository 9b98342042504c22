with

admitted as (

    {{ admitted('billing__product_migrations') }}

)

select
    old_product_id,
    new_product_id,
    effective_on
from admitted
