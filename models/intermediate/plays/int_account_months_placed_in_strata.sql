with

outcomes as (

    select * from {{ ref('int_outcomes_met_by_account_months') }}

),

signals as (

    select * from {{ ref('int_signals_guarded') }}
    where is_fired

),

runs as (

    select * from {{ ref('int_play_runs_matched_to_outcomes') }}
    where is_offered

),

policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

),

fired as (

    select
        account_id,
        month_start,
        count(*) as n_signals
    from signals
    group by account_id, month_start

),

-- Months whose outcome begins while that of an offer is still running.
under_a_play as (

    select distinct
        runs.account_id,
        outcomes.month_number
    from runs
    cross join policy
    inner join outcomes
        on
            runs.account_id = outcomes.account_id
            and runs.month_number <= outcomes.month_number
            and runs.month_number + policy.outcome_months > outcomes.month_number

),

placed as (

    select
        outcomes.account_id,
        outcomes.month_number,
        outcomes.is_expanded,
        outcomes.outcome_arr,
        concat(
            outcomes.segment,
            case
                when fired.n_signals >= 2 then ', two or more signals'
                when fired.n_signals = 1 then ', one signal'
                else ', no signal'
            end,
            case
                when earlier.is_expanded then ', expanded before'
                else ', not expanded before'
            end
        ) as stratum,
        under_a_play.account_id is not null as is_under_a_play
    from outcomes
    cross join policy
    left join fired
        on
            outcomes.account_id = fired.account_id
            and outcomes.month_start = fired.month_start
    -- The outcome of the balance before is what happened up to this one.
    left join outcomes as earlier
        on
            outcomes.account_id = earlier.account_id
            and outcomes.month_number = earlier.month_number + policy.outcome_months
    left join under_a_play
        on
            outcomes.account_id = under_a_play.account_id
            and outcomes.month_number = under_a_play.month_number
    where outcomes.is_mature

)

select
    account_id,
    month_number,
    is_expanded,
    outcome_arr,
    stratum,
    is_under_a_play
from placed
