with

deals as (

    select * from {{ ref('int_open_deals_weighted_by_history') }}

),

plans as (

    select * from {{ ref('account_plan_quality') }}

),

accounts as (

    select * from {{ ref('int_accounts_placed_in_scopes') }}

),

last_month as (

    select * from {{ ref('int_months') }}
    where is_last_month

),

placed as (

    select
        *,
        row_number() over (
            partition by segment, stage order by n_history, opportunity_id
        ) as thinness,
        cast(amount_arr as decimal(38, 2)) as amount
    from deals

),

stages as (

    select
        segment,
        stage,
        count(*) as n_open,
        sum(amount_arr) as amount_arr,
        sum(n_history) filter (where thinness = 1) as n_history,
        sum(n_history_won) filter (where thinness = 1) as n_history_won,
        sum(amount * win_rate) as weighted_arr,
        sum(least(amount * win_rate_low, amount * win_rate_high)) as weighted_arr_low,
        sum(greatest(amount * win_rate_low, amount * win_rate_high))
            as weighted_arr_high
    from placed
    group by segment, stage

),

targets as (

    select
        accounts.segment,
        sum(greatest(
            plans.target_expansion_arr - coalesce(plans.achieved_expansion_arr, 0), 0
        )) as target_arr
    from plans
    inner join accounts on plans.account_id = accounts.account_id
    where plans.target_expansion_arr is not null
    group by accounts.segment

),

covered as (

    select
        stages.*,
        targets.target_arr,
        sum(stages.weighted_arr) over (partition by stages.segment)
            as segment_weighted_arr
    from stages
    left join targets on stages.segment = targets.segment

)

select
    covered.segment,
    covered.stage,
    covered.n_open,
    cast(covered.amount_arr as decimal(18, 2)) as amount_arr,
    cast(covered.n_history as bigint) as n_history,
    cast(covered.n_history_won as bigint) as n_history_won,
    {{ rate('covered.weighted_arr', 'covered.amount_arr') }} as win_rate,
    {{ rate('covered.weighted_arr_low', 'covered.amount_arr') }} as win_rate_low,
    {{ rate('covered.weighted_arr_high', 'covered.amount_arr') }} as win_rate_high,
    cast(covered.weighted_arr as decimal(18, 2)) as weighted_arr,
    cast(covered.weighted_arr_low as decimal(18, 2)) as weighted_arr_low,
    cast(covered.weighted_arr_high as decimal(18, 2)) as weighted_arr_high,
    cast(covered.target_arr as decimal(18, 2)) as target_arr,
    {{ rate('covered.segment_weighted_arr', 'covered.target_arr') }} as coverage_rate,
    last_month.policy_version
from covered
cross join last_month
