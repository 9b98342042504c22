with

features as (

    select * from {{ ref('stg_product__features') }}

),

products as (

    select * from {{ ref('int_products_resolved_to_present') }}

)

select
    features.feature_key,
    features.product_id as own_product_id,
    products.present_product_id as product_id,
    coalesce(features.is_core, false) as is_core,
    coalesce(features.is_premium, false) as is_premium
from features
inner join products on features.product_id = products.product_id
