with

ready as (

    select * from {{ ref('int_plays_readied_for_accounts') }}

),

plays as (

    select * from {{ ref('plays') }}

),

held as (

    select * from {{ ref('int_products_held_at_last_month') }}

),

next_tiers as (

    select * from {{ ref('int_next_tiers_found_for_accounts') }}

),

segment_products as (

    select * from {{ ref('int_products_ranked_in_segments') }}

),

products as (

    select * from {{ ref('int_products_resolved_to_present') }}

),

names as (

    select * from {{ ref('stg_billing__products') }}

),

families_held as (

    select distinct
        account_id,
        product_family
    from held

),

-- What the signal is about comes before all else the rule allows.
candidates as (

    select
        ready.account_id,
        ready.play,
        ready.signal_product_id as product_id,
        0 as place
    from ready
    inner join plays on ready.play = plays.play
    where plays.value_rule in ('same_product', 'new_family')

    union all

    select
        ready.account_id,
        ready.play,
        held.product_id,
        row_number() over (
            partition by ready.account_id, ready.play
            order by held.closing_arr desc, held.product_id
        ) as place
    from ready
    inner join plays on ready.play = plays.play and plays.value_rule = 'same_product'
    inner join held on ready.account_id = held.account_id

    union all

    select
        ready.account_id,
        ready.play,
        segment_products.product_id,
        segment_products.place
    from ready
    inner join plays on ready.play = plays.play and plays.value_rule = 'new_family'
    inner join segment_products on ready.segment = segment_products.segment

    union all

    select
        ready.account_id,
        ready.play,
        next_tiers.product_id,
        1 as place
    from ready
    inner join plays on ready.play = plays.play and plays.value_rule = 'next_tier'
    inner join next_tiers on ready.account_id = next_tiers.account_id

),

ranked as (

    select
        candidates.account_id,
        candidates.play,
        candidates.product_id,
        plays.proposes,
        row_number() over (
            partition by candidates.account_id, candidates.play
            order by candidates.place
        ) as place
    from candidates
    inner join plays on candidates.play = plays.play
    inner join products on candidates.product_id = products.product_id
    left join families_held
        on
            candidates.account_id = families_held.account_id
            and products.product_family = families_held.product_family
    where plays.value_rule <> 'new_family' or families_held.account_id is null

)

select
    ranked.account_id,
    ranked.play,
    ranked.product_id,
    concat(ranked.proposes, ': ', coalesce(names.product_name, ranked.product_id))
        as proposal
from ranked
left join names on ranked.product_id = names.product_id
where ranked.place = 1
