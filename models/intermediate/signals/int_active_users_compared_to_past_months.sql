with

account_months as (

    select * from {{ ref('int_adoption_measured_in_account_months') }}
    where active_users is not null

),

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

policy as (

    select * from {{ ref('stg_policy__signals') }}
    where signal = 'usage_growth'

),

past_months as (

    select
        present.account_id,
        present.month_number,
        account_months.active_users
    from present
    cross join policy
    inner join account_months
        on
            present.account_id = account_months.account_id
            and present.month_start > account_months.month_start
            and {{ dbt.dateadd(
                'month', '-policy.window_months', 'present.month_start'
            ) }} <= account_months.month_start

),

medians as (

    select
        account_id,
        month_number,
        count(*) as n_months,
        percentile_cont(0.5) within group (order by active_users) as median_users
    from past_months
    group by account_id, month_number

)

-- 1.4826 times the median deviation is the standard deviation of a normal distribution.
select
    medians.account_id,
    medians.month_number,
    medians.n_months,
    medians.median_users,
    1.4826 * percentile_cont(0.5) within group (
        order by abs(past_months.active_users - medians.median_users)
    ) as deviation_users
from medians
inner join past_months
    on
        medians.account_id = past_months.account_id
        and medians.month_number = past_months.month_number
group by
    medians.account_id,
    medians.month_number,
    medians.n_months,
    medians.median_users
