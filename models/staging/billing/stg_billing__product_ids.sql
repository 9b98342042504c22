with

products as (

    select * from {{ ref('stg_billing__products') }}

),

migrations as (

    select * from {{ ref('stg_billing__product_migrations') }}

)

select product_id from products

union

-- A retired id may be gone from the product list: rows of its time still name it.
select old_product_id as product_id from migrations
