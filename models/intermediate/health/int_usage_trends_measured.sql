with

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

usage_months as (

    select * from {{ ref('int_adoption_measured_in_account_months') }}

),

weights as (

    select * from {{ ref('health_weights') }}
    where input = 'usage'

),

-- While usage of others arrives, an account without any has stopped: only when none
-- arrives at all is its use unknown.
seen_months as (

    select
        month_start,
        max(max(last_used_on)) over (order by month_start) as observed_on
    from usage_months
    group by month_start

),

present_usage as (

    select
        present.account_id,
        present.month_number,
        present.balance_on,
        usage_months.active_users,
        usage_months.last_used_on,
        seen_months.observed_on
    from present
    inner join usage_months
        on
            present.account_id = usage_months.account_id
            and present.month_start = usage_months.month_start
    inner join seen_months on present.month_start = seen_months.month_start

),

compared as (

    select
        present_usage.account_id,
        present_usage.month_number,
        present_usage.active_users,
        present_usage.last_used_on,
        present_usage.observed_on,
        avg(earlier.active_users) as active_users_before
    from present_usage
    cross join weights
    left join present_usage as earlier
        on
            present_usage.account_id = earlier.account_id
            and present_usage.balance_on > earlier.balance_on
            and {{ dbt.datediff(
                'earlier.balance_on', 'present_usage.balance_on', 'day'
            ) }} <= weights.window_days
    group by
        present_usage.account_id,
        present_usage.month_number,
        present_usage.active_users,
        present_usage.last_used_on,
        present_usage.observed_on

),

measured as (

    select
        account_id,
        month_number,
        'usage' as input,
        -- Who stopped months ago has no use to compare with, and is not unknown.
        case
            when active_users = 0 and last_used_on is not null
                then cast(0 as decimal(18, 6))
            else cast(
                active_users / nullif(active_users_before, 0) as decimal(18, 6)
            )
        end as measured_value,
        observed_on
    from compared

)

select
    account_id,
    month_number,
    input,
    measured_value,
    observed_on
from measured
where measured_value is not null
