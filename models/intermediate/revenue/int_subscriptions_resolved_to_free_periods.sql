with

subscriptions as (

    select * from {{ ref('stg_billing__subscriptions') }}

),

status_periods as (

    select * from {{ ref('int_subscription_statuses_cut_to_periods') }}

),

past_due as (

    select * from {{ ref('int_past_due_runs_limited_to_grace') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

served as (

    select
        subscriptions.subscription_id,
        subscriptions.account_id,
        subscriptions.currency,
        subscriptions.started_on,
        subscriptions.ends_on,
        {{ counted_trial_end('subscriptions') }} as trial_ends_on
    from subscriptions
    cross join policy

),

first_statuses as (

    select
        subscription_id,
        min(valid_from) as first_status_on
    from status_periods
    group by subscription_id

),

-- A status that starts after the as-of date says nothing of the days up to it.
trials_without_statuses as (

    select
        served.subscription_id,
        served.account_id,
        served.currency,
        served.started_on as valid_from,
        case
            when first_statuses.subscription_id is null
                then least(served.trial_ends_on, served.ends_on)
            else least(
                served.trial_ends_on,
                served.ends_on,
                cast({{ dbt.dateadd('day', 1, 'policy.as_of_date') }} as date)
            )
        end as valid_to
    from served
    cross join policy
    left join first_statuses on served.subscription_id = first_statuses.subscription_id
    where
        served.trial_ends_on is not null
        and (
            first_statuses.subscription_id is null
            or first_statuses.first_status_on > policy.as_of_date
        )

),

in_service as (

    select
        subscription_id,
        valid_from,
        valid_to
    from status_periods
    where status = 'active'

    union all

    select
        subscription_id,
        valid_from,
        least(valid_to, grace_ends_on) as valid_to
    from past_due

),

trials_with_statuses as (

    select
        served.subscription_id,
        served.account_id,
        served.currency,
        greatest(served.started_on, in_service.valid_from) as valid_from,
        least(
            served.trial_ends_on, served.ends_on, in_service.valid_to
        ) as valid_to
    from served
    inner join in_service on served.subscription_id = in_service.subscription_id
    where served.trial_ends_on is not null

    union all

    select
        served.subscription_id,
        served.account_id,
        served.currency,
        greatest(served.started_on, status_periods.valid_from) as valid_from,
        least(served.ends_on, status_periods.valid_to) as valid_to
    from served
    inner join status_periods on served.subscription_id = status_periods.subscription_id
    where status_periods.status = 'trialing'

),

periods as (

    select * from trials_without_statuses
    union all
    select * from trials_with_statuses

),

marked as (

    select
        *,
        case
            when
                valid_from = lag(valid_to) over (
                    partition by subscription_id order by valid_from
                )
                then 0
            else 1
        end as starts_run
    from periods
    where valid_to is null or valid_from < valid_to

),

-- Free time split over several rows began once.
runs as (

    select
        *,
        sum(starts_run) over (
            partition by subscription_id order by valid_from
        ) as run_number
    from marked

)

select
    subscription_id,
    account_id,
    currency,
    valid_from,
    valid_to,
    min(valid_from) over (partition by subscription_id, run_number) as free_since
from runs
