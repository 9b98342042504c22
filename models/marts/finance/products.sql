with

products as (

    select * from {{ ref('int_products_resolved_to_present') }}

)

select
    product_id,
    product_name,
    product_family,
    tier_rank
from products
where product_id = present_product_id
