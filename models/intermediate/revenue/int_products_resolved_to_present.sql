with recursive

product_ids as (

    select * from {{ ref('stg_billing__product_ids') }}

),

products as (

    select * from {{ ref('stg_billing__products') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

steps as (

    select
        migrations.old_product_id,
        migrations.new_product_id
    from {{ ref('stg_billing__product_migrations') }} as migrations
    cross join policy
    where migrations.effective_on <= policy.as_of_date

),

walks as (

    select
        product_id,
        product_id as present_product_id
    from product_ids

    union all

    select
        walks.product_id,
        steps.new_product_id as present_product_id
    from walks
    inner join steps on walks.present_product_id = steps.old_product_id

),

ends as (

    select
        walks.product_id,
        walks.present_product_id
    from walks
    left join steps on walks.present_product_id = steps.old_product_id
    where steps.old_product_id is null

)

select
    ends.product_id,
    ends.present_product_id,
    products.product_name,
    products.tier_rank,
    -- A product without a family is one of its own: it can be swapped with nothing.
    coalesce(products.product_family, ends.present_product_id) as product_family
from ends
left join products on ends.present_product_id = products.product_id
