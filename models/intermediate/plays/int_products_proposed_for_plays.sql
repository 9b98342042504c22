with

ready as (

    select * from {{ ref('int_signals_grouped_to_ready_plays') }}

),

plays as (

    select * from {{ ref('stg_policy__plays') }}

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

wanted as (

    select
        ready.account_id,
        ready.play,
        ready.segment,
        ready.signal_product_id,
        plays.value_rule,
        plays.proposes
    from ready
    inner join plays on ready.play = plays.play

),

-- What the signal is about comes first in both rules, at place 0.
candidates as (

    select
        account_id,
        play,
        proposes,
        signal_product_id as product_id,
        0 as place
    from wanted
    where value_rule = 'same_product' and signal_product_id is not null

    union all

    select
        wanted.account_id,
        wanted.play,
        wanted.proposes,
        held.product_id,
        row_number() over (
            partition by wanted.account_id, wanted.play
            order by held.closing_arr desc, held.product_id
        ) as place
    from wanted
    inner join held on wanted.account_id = held.account_id
    where wanted.value_rule = 'same_product'

    union all

    select
        wanted.account_id,
        wanted.play,
        wanted.proposes,
        wanted.signal_product_id as product_id,
        0 as place
    from wanted
    inner join products on wanted.signal_product_id = products.product_id
    left join held
        on
            wanted.account_id = held.account_id
            and products.product_family = held.product_family
    where wanted.value_rule = 'new_family' and held.account_id is null

    union all

    select
        wanted.account_id,
        wanted.play,
        wanted.proposes,
        segment_products.product_id,
        segment_products.place
    from wanted
    inner join segment_products on wanted.segment = segment_products.segment
    left join held
        on
            wanted.account_id = held.account_id
            and segment_products.product_family = held.product_family
    where wanted.value_rule = 'new_family' and held.account_id is null

    union all

    select
        wanted.account_id,
        wanted.play,
        wanted.proposes,
        next_tiers.product_id,
        0 as place
    from wanted
    inner join next_tiers on wanted.account_id = next_tiers.account_id
    where wanted.value_rule = 'next_tier'

),

ranked as (

    select
        account_id,
        play,
        proposes,
        product_id,
        row_number() over (partition by account_id, play order by place) as place
    from candidates

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
