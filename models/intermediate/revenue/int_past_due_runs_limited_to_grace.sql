with

periods as (

    select * from {{ ref('int_subscription_statuses_cut_to_periods') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

past_due as (

    select
        subscription_id,
        valid_from,
        valid_to,
        status,
        case
            when
                valid_from = lag(valid_to) over (
                    partition by subscription_id order by valid_from
                )
                then 0
            else 1
        end as starts_run
    from periods
    where status in ('past_due', 'unknown')

),

-- A run split over several rows became past due only once, and may have gone on while
-- its status is not known.
runs as (

    select
        subscription_id,
        valid_from,
        valid_to,
        status,
        sum(starts_run) over (
            partition by subscription_id order by valid_from
        ) as run_number
    from past_due

),

dated as (

    select
        subscription_id,
        valid_from,
        valid_to,
        status,
        min(valid_from) over (
            partition by subscription_id, run_number
        ) as past_due_since
    from runs

)

select
    dated.subscription_id,
    dated.valid_from,
    dated.valid_to,
    dated.past_due_since,
    cast({{ dbt.dateadd(
        'day', 'policy.past_due_grace_days + 1', 'dated.past_due_since'
    ) }} as date) as grace_ends_on
from dated
cross join policy
where dated.status = 'past_due'
