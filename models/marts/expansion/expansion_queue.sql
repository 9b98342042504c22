with

ready as (

    select * from {{ ref('int_plays_readied_for_accounts') }}

),

proposals as (

    select * from {{ ref('int_products_proposed_for_plays') }}

),

value_cases as (

    select * from {{ ref('int_plays_valued_by_like_cases') }}

),

owners as (

    select * from {{ ref('int_owners_chosen_for_plays') }}

),

ranks as (

    select * from {{ ref('int_plays_ranked_under_owners') }}

),

effects as (

    select * from {{ ref('int_play_effects_joined_to_plays') }}

),

users as (

    select * from {{ ref('int_users_dated_to_as_of') }}

)

-- What is held out has no owner and no rank: the holdout ends when somebody acts on it.
select
    ready.account_id,
    ready.play,
    ready.month_start,
    ready.signal,
    ready.signal_verdict,
    ready.signals,
    ready.n_signals,
    ready.evidence,
    proposals.product_id,
    proposals.proposal,
    owners.ownership_model,
    owners.owner_user_id,
    users.user_name as owner_name,
    owners.owner_role,
    case when owners.account_id is null then false else owners.is_first_owner_gone end
        as is_first_owner_gone,
    case when ranks.account_id is null then false else ranks.is_owner_overloaded end
        as is_owner_overloaded,
    owners.backup_user_id,
    ready.is_holdout,
    ready.closing_arr,
    value_cases.chance_rate,
    value_cases.chance_low,
    value_cases.chance_high,
    value_cases.uplift_rate,
    value_cases.n_like_cases,
    value_cases.like_cases,
    value_cases.expected_arr,
    value_cases.expected_arr_low,
    value_cases.expected_arr_high,
    effects.verdict as play_verdict,
    effects.effect_rate as play_effect_rate,
    effects.effect_low as play_effect_low,
    effects.effect_high as play_effect_high,
    effects.effect_arr as play_effect_arr,
    effects.effect_arr_low as play_effect_arr_low,
    effects.effect_arr_high as play_effect_arr_high,
    ready.cost,
    ready.act_from,
    ready.act_until,
    ready.is_overdue,
    cast(ready.days_waiting as integer) as days_waiting,
    ranks.owner_rank,
    coalesce(ranks.is_within_capacity, false) as is_within_capacity,
    ranks.priority,
    case
        when ready.is_holdout then 'held out, to measure the play'
        else ranks.not_ranked_because
    end as not_ranked_because
from ready
inner join proposals
    on ready.account_id = proposals.account_id and ready.play = proposals.play
inner join value_cases
    on ready.account_id = value_cases.account_id and ready.play = value_cases.play
inner join effects on ready.play = effects.play
left join owners
    on ready.account_id = owners.account_id and ready.play = owners.play
left join ranks
    on ready.account_id = ranks.account_id and ready.play = ranks.play
left join users on owners.owner_user_id = users.user_id
