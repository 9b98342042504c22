with

balances as (

    select * from {{ ref('int_balances_sampled_to_months') }}

),

usage_months as (

    select * from {{ ref('int_usage_invoiced_summed_to_account_months') }}
    where usage_arr <> 0

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

first_months as (

    select first_month from balances
    union all
    select month_number as first_month from usage_months

),

-- A company without ARR or usage has its last month all the same.
bounds as (

    select
        coalesce(min(first_months.first_month), max(policy.last_month)) as first_month,
        max(policy.last_month) as last_month
    from policy
    left join first_months on policy.last_month >= first_months.first_month

),

month_numbers as (

    select {{ each_number('first_month', 'last_month + 1') }} as month_number
    from bounds

),

dated as (

    select
        month_number,
        cast({{ dbt.dateadd(
            'month', 'month_number - 24001', "cast('2000-01-01' as date)"
        ) }} as date) as month_start
    from month_numbers

)

select
    dated.month_number,
    dated.month_start,
    policy.policy_version,
    dated.month_number = policy.last_month as is_last_month,
    case
        when policy.snapshot_day = 'last'
            then cast({{ dbt.last_day('dated.month_start', 'month') }} as date)
        else cast({{ dbt.dateadd(
            'day', 'try_cast(policy.snapshot_day as integer) - 1', 'dated.month_start'
        ) }} as date)
    end as balance_on
from dated
cross join policy
