with

runs as (

    select * from {{ ref('stg_crm__play_runs') }}

),

accounts as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

outcomes as (

    select * from {{ ref('int_outcomes_met_by_account_months') }}

),

policy as (

    select
        metric_policy.as_of_date,
        metric_policy.snapshot_day,
        metric_policy.last_balance_on,
        motion_policy.outcome_months
    from {{ ref('stg_policy__metric_policy') }} as metric_policy
    cross join {{ ref('stg_policy__motion_policy') }} as motion_policy

),

mature as (

    select
        runs.play_run_id,
        runs.play,
        accounts.ultimate_account_id as account_id,
        not runs.is_holdout as is_offered,
        coalesce(runs.actioned_on <= policy.as_of_date, false) as is_acted_upon,
        -- The balance before it: what comes after cannot have been known then.
        {{ sampled_month('runs.surfaced_on') }} - 1 as month_number
    from runs
    cross join policy
    inner join accounts on runs.account_id = accounts.account_id
    where
        cast({{ dbt.dateadd(
            'month', 'policy.outcome_months', 'runs.surfaced_on'
        ) }} as date) <= policy.last_balance_on

)

select
    mature.play_run_id,
    mature.play,
    mature.account_id,
    mature.month_number,
    mature.is_offered,
    mature.is_acted_upon,
    outcomes.is_expanded,
    outcomes.outcome_arr
from mature
inner join outcomes
    on
        mature.account_id = outcomes.account_id
        and mature.month_number = outcomes.month_number
