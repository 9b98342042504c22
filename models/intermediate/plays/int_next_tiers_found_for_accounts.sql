with

held as (

    select * from {{ ref('int_products_held_at_last_month') }}

),

tiers as (

    select * from {{ ref('int_products_resolved_to_present') }}
    where product_id = present_product_id

),

families as (

    select
        account_id,
        product_family,
        max(tier_rank) as tier_rank,
        sum(closing_arr) as closing_arr
    from held
    group by account_id, product_family

),

ranked as (

    select
        families.account_id,
        tiers.product_id,
        row_number() over (
            partition by families.account_id
            order by families.closing_arr desc, tiers.tier_rank, tiers.product_id
        ) as place
    from families
    inner join tiers
        on
            families.product_family = tiers.product_family
            and families.tier_rank < tiers.tier_rank

)

select
    account_id,
    product_id
from ranked
where place = 1
