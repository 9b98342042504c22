with

owners as (

    select * from {{ ref('int_owners_chosen_for_plays') }}

),

plays as (

    select * from {{ ref('int_plays_valued_by_like_cases') }}

),

users as (

    select * from {{ ref('int_users_dated_to_as_of') }}

),

valued as (

    select
        owners.account_id,
        owners.play,
        owners.owner_user_id,
        users.weekly_capacity,
        plays.expected_arr - plays.cost as net_arr
    from owners
    inner join plays
        on
            owners.account_id = plays.account_id
            and owners.play = plays.play
    left join users on owners.owner_user_id = users.user_id

),

ranked as (

    select
        *,
        case
            when owner_user_id is not null
                then row_number() over (
                    partition by owner_user_id
                    order by net_arr desc nulls last, account_id, play
                )
        end as owner_rank,
        count(*) over (partition by owner_user_id) as n_ready
    from valued

),

-- Who states no capacity has no limit; what nobody owns is within nobody's.
limited as (

    select
        *,
        owner_user_id is not null
        and owner_rank <= coalesce(weekly_capacity, owner_rank) as is_within_capacity,
        owner_user_id is not null
        and n_ready > coalesce(weekly_capacity, n_ready) as is_owner_overloaded
    from ranked

)

select
    account_id,
    play,
    cast(owner_rank as integer) as owner_rank,
    is_within_capacity,
    is_owner_overloaded,
    cast(
        row_number() over (
            order by
                coalesce(net_arr > 0, false) desc,
                is_within_capacity desc,
                net_arr desc nulls last,
                account_id,
                play
        ) as integer
    ) as priority
from limited
