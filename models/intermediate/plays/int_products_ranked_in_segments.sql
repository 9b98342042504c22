with

held as (

    select * from {{ ref('int_products_held_at_last_month') }}

),

families as (

    select
        segment,
        product_family,
        count(distinct account_id) as n_family_accounts
    from held
    group by segment, product_family

),

products as (

    select
        segment,
        product_family,
        product_id,
        count(*) as n_accounts
    from held
    group by segment, product_family, product_id

)

select
    products.segment,
    products.product_family,
    products.product_id,
    row_number() over (
        partition by products.segment
        order by
            families.n_family_accounts desc,
            products.product_family,
            products.n_accounts desc,
            products.product_id
    ) as place
from products
inner join families
    on
        products.segment = families.segment
        and products.product_family = families.product_family
