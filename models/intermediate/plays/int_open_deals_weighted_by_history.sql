with

open_deals as (

    select * from {{ ref('int_expansion_deals_dated_to_as_of') }}
    where not is_closed

),

policy as (

    select
        like_accounts_least,
        {{ normal_quantile('confidence_rate') }} as z
    from {{ ref('stg_policy__motion_policy') }}

),

closed_deals as (

    select
        segment,
        age_days,
        count(*) as n_closed,
        count(*) filter (where is_won) as n_won
    from {{ ref('int_expansion_deals_dated_to_as_of') }}
    where is_closed
    group by segment, age_days

),

-- The data has no history of stages: what says how a deal will end is how long it has
-- been open, for the good ones close early.
compared as (

    select
        open_deals.opportunity_id,
        sum(closed_deals.n_closed) as n_company,
        sum(closed_deals.n_won) as n_company_won,
        sum(case
            when closed_deals.segment = open_deals.segment then closed_deals.n_closed
        end) as n_segment,
        sum(case
            when closed_deals.segment = open_deals.segment then closed_deals.n_won
        end) as n_segment_won
    from open_deals
    inner join closed_deals on open_deals.age_days <= closed_deals.age_days
    group by open_deals.opportunity_id

),

histories as (

    select
        compared.opportunity_id,
        case
            when compared.n_segment >= policy.like_accounts_least
                then compared.n_segment
            else compared.n_company
        end as n_history,
        case
            when compared.n_segment >= policy.like_accounts_least
                then compared.n_segment_won
            else compared.n_company_won
        end as n_history_won
    from compared
    cross join policy

)

select
    open_deals.opportunity_id,
    open_deals.segment,
    open_deals.stage,
    open_deals.amount_arr,
    cast(coalesce(histories.n_history, 0) as bigint) as n_history,
    cast(coalesce(histories.n_history_won, 0) as bigint) as n_history_won,
    {{ rate('histories.n_history_won', 'histories.n_history') }} as win_rate,
    cast(
        {{ wilson_bound(
            'histories.n_history_won', 'histories.n_history', 'policy.z', '-'
        ) }} as decimal(18, 6)
    ) as win_rate_low,
    cast(
        {{ wilson_bound(
            'histories.n_history_won', 'histories.n_history', 'policy.z', '+'
        ) }} as decimal(18, 6)
    ) as win_rate_high
from open_deals
cross join policy
left join histories on open_deals.opportunity_id = histories.opportunity_id
