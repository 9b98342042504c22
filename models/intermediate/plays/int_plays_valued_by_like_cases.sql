with

ready as (

    select * from {{ ref('int_plays_readied_for_accounts') }}

),

proposals as (

    select * from {{ ref('int_products_proposed_for_plays') }}

),

like_cases as (

    select * from {{ ref('int_like_cases_summed_to_segments') }}

),

policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

),

-- Cases of its own segment say more, but only where there are enough of them.
in_reach as (

    select like_cases.*
    from like_cases
    cross join policy
    where
        like_cases.like_cases = 'company'
        or like_cases.n_cases >= policy.like_accounts_least

),

compared as (

    select
        ready.account_id,
        ready.play,
        ready.segment,
        ready.is_holdout,
        ready.signal_verdict,
        ready.cost,
        cast(ready.closing_arr as decimal(38, 2)) as closing_arr,
        in_reach.like_cases,
        in_reach.n_cases,
        in_reach.chance_rate,
        in_reach.chance_low,
        in_reach.chance_high,
        in_reach.uplift_low,
        in_reach.uplift_rate,
        in_reach.uplift_high,
        row_number() over (
            partition by ready.account_id, ready.play
            order by in_reach.like_cases desc
        ) as place
    from ready
    inner join proposals
        on
            ready.account_id = proposals.account_id
            and ready.play = proposals.play
    left join in_reach
        on
            ready.signal = in_reach.signal
            and (
                in_reach.like_cases = 'company' or ready.segment = in_reach.segment
            )

)

select
    account_id,
    play,
    segment,
    is_holdout,
    signal_verdict,
    cost,
    like_cases,
    cast(coalesce(n_cases, 0) as integer) as n_like_cases,
    chance_rate,
    chance_low,
    chance_high,
    uplift_rate,
    cast(round(closing_arr * chance_rate * uplift_rate, 2) as decimal(18, 2))
        as expected_arr,
    cast(round(closing_arr * chance_low * uplift_low, 2) as decimal(18, 2))
        as expected_arr_low,
    cast(round(closing_arr * chance_high * uplift_high, 2) as decimal(18, 2))
        as expected_arr_high
from compared
where place = 1
