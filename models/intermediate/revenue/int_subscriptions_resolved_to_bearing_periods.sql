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
        subscription_id,
        account_id,
        currency,
        greatest(started_on, trial_ends_on) as valid_from,
        ends_on as valid_to
    from subscriptions

),

-- Once a subscription has statuses, a date that none covers bears nothing. What is past
-- due inside its grace at the last balance is not signed away: signed_to lets CARR keep it.
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

with_statuses as (

    select distinct subscription_id from status_periods

),

bearing as (

    select
        served.subscription_id,
        served.account_id,
        served.currency,
        served.valid_from,
        served.valid_to,
        served.valid_to as signed_to
    from served
    left join with_statuses on served.subscription_id = with_statuses.subscription_id
    where with_statuses.subscription_id is null

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
