with

owners as (

    select * from {{ ref('int_owners_chosen_for_plays') }}

),

plays as (

    select * from {{ ref('int_plays_valued_by_like_cases') }}

),

effects as (

    select * from {{ ref('int_play_effects_joined_to_plays') }}

),

users as (

    select * from {{ ref('int_users_dated_to_as_of') }}

),

-- A play that adds nothing is still a conversation to have with who is likely to grow;
-- with anybody else there is nothing to expect of it. One that is not measured yet has
-- the benefit of the doubt: offering it is how it is measured.
valued as (

    select
        owners.account_id,
        owners.play,
        owners.owner_user_id,
        users.weekly_capacity,
        plays.expected_arr - plays.cost as net_arr,
        coalesce(plays.signal_verdict = 'predicts', false) as is_predicted,
        case
            when plays.expected_arr is null then 'no like case expanded'
            when plays.expected_arr <= plays.cost then 'worth no more than it costs'
            when effects.verdict = 'harms' then 'the play does harm'
            when
                effects.verdict = 'no evidence of an effect'
                and coalesce(plays.signal_verdict <> 'predicts', true)
                then 'neither its signal nor the play is borne out'
        end as not_ranked_because
    from owners
    inner join plays
        on
            owners.account_id = plays.account_id
            and owners.play = plays.play
    inner join effects on owners.play = effects.play
    left join users on owners.owner_user_id = users.user_id

),

ranked as (

    select
        *,
        case
            when owner_user_id is not null and not_ranked_because is null
                then row_number() over (
                    partition by owner_user_id, not_ranked_because is null
                    order by is_predicted desc, net_arr desc, account_id, play
                )
        end as owner_rank,
        count(*) filter (where not_ranked_because is null)
            over (partition by owner_user_id) as n_ready
    from valued

),

-- Who states no capacity has no limit; what nobody owns is within nobody's.
limited as (

    select
        *,
        owner_rank is not null
        and owner_rank <= coalesce(weekly_capacity, owner_rank) as is_within_capacity,
        case
            when owner_user_id is null or n_ready = 0 then false
            else n_ready > weekly_capacity
        end as is_owner_overloaded
    from ranked

)

select
    account_id,
    play,
    not_ranked_because,
    cast(owner_rank as integer) as owner_rank,
    is_within_capacity,
    is_owner_overloaded,
    cast(
        case
            when not_ranked_because is null
                then row_number() over (
                    order by
                        (not_ranked_because is null) desc,
                        is_within_capacity desc,
                        is_predicted desc,
                        net_arr desc,
                        account_id,
                        play
                )
        end as integer
    ) as priority
from limited
