with

account_months as (

    select * from {{ ref('adoption_account_months') }}
    where active_users is not null

),

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

policy as (

    select * from {{ ref('stg_policy__signals') }}
    where signal = 'usage_growth'

),

motion_policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

),

baseline_months as (

    select
        present.account_id,
        present.month_start,
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
        month_start,
        count(*) as n_months,
        percentile_cont(0.5) within group (order by active_users) as median_users
    from baseline_months
    group by account_id, month_start

),

-- 1.4826 times the median deviation is the standard deviation of a normal distribution.
deviations as (

    select
        baseline_months.account_id,
        baseline_months.month_start,
        1.4826 * percentile_cont(0.5) within group (
            order by abs(baseline_months.active_users - medians.median_users)
        ) as deviation_users
    from baseline_months
    inner join medians
        on
            baseline_months.account_id = medians.account_id
            and baseline_months.month_start = medians.month_start
    group by baseline_months.account_id, baseline_months.month_start

),

-- A flat past has no deviation of its own; one user more would else be beyond measure.
measured as (

    select
        present.account_id,
        present.month_number,
        account_months.active_users,
        medians.median_users,
        medians.n_months,
        cast(
            (account_months.active_users - medians.median_users)
            / greatest(
                deviations.deviation_users,
                motion_policy.growth_least_deviation_rate * medians.median_users,
                motion_policy.growth_least_deviation_users
            ) as decimal(18, 6)
        ) as value
    from present
    cross join motion_policy
    inner join account_months
        on
            present.account_id = account_months.account_id
            and present.month_start = account_months.month_start
    inner join medians
        on
            present.account_id = medians.account_id
            and present.month_start = medians.month_start
    inner join deviations
        on
            present.account_id = deviations.account_id
            and present.month_start = deviations.month_start

)

select
    measured.account_id,
    policy.signal,
    measured.month_number,
    cast(null as {{ dbt.type_string() }}) as product_id,
    measured.value,
    {{ meets_threshold('measured.value') }} as is_fired,
    concat(
        measured.active_users,
        ' active users against a median of ',
        cast(measured.median_users as decimal(18, 1)),
        ' in the ',
        measured.n_months,
        ' months before (',
        cast(measured.value as decimal(18, 1)),
        ' robust deviations)'
    ) as evidence
from measured
cross join policy
where measured.n_months >= policy.also_least
