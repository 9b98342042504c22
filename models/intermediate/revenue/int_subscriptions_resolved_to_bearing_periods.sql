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
        greatest(
            subscriptions.started_on, {{ counted_trial_end('subscriptions') }}
        ) as valid_from,
        subscriptions.ends_on as valid_to
    from subscriptions
    cross join policy

),

-- Once a subscription has statuses, a date that none covers bears nothing. What is past
-- due inside its grace at the last balance is not signed away: signed_to says so.
bearing_statuses as (

    select
        subscription_id,
        valid_from,
        valid_to,
        valid_to as signed_to
    from status_periods
    where status = 'active'

    union all

    select
        past_due.subscription_id,
        past_due.valid_from,
        least(past_due.valid_to, past_due.grace_ends_on) as valid_to,
        case
            when
                past_due.past_due_since <= policy.last_balance_on
                and past_due.grace_ends_on > policy.last_balance_on
                then past_due.valid_to
            else least(past_due.valid_to, past_due.grace_ends_on)
        end as signed_to
    from past_due
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
without_statuses as (

    select
        served.subscription_id,
        served.account_id,
        served.currency,
        served.valid_from,
        case
            when first_statuses.subscription_id is null then served.valid_to
            else least(
                served.valid_to,
                cast({{ dbt.dateadd('day', 1, 'policy.as_of_date') }} as date)
            )
        end as valid_to
    from served
    cross join policy
    left join first_statuses on served.subscription_id = first_statuses.subscription_id
    where
        first_statuses.subscription_id is null
        or first_statuses.first_status_on > policy.as_of_date

),

bearing as (

    select
        subscription_id,
        account_id,
        currency,
        valid_from,
        valid_to,
        valid_to as signed_to
    from without_statuses

    union all

    select
        served.subscription_id,
        served.account_id,
        served.currency,
        greatest(served.valid_from, bearing_statuses.valid_from) as valid_from,
        least(served.valid_to, bearing_statuses.valid_to) as valid_to,
        least(served.valid_to, bearing_statuses.signed_to) as signed_to
    from served
    inner join bearing_statuses
        on served.subscription_id = bearing_statuses.subscription_id

)

select
    subscription_id,
    account_id,
    currency,
    valid_from,
    valid_to,
    signed_to
from bearing
where signed_to is null or valid_from < signed_to
