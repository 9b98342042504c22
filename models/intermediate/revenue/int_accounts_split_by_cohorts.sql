with

cohorts as (

    select * from {{ ref('int_openings_looked_back_at') }}
    where lag_months = 12 and opening_arr > 0 and not is_family

),

accounts as (

    select * from {{ ref('int_accounts_placed_in_scopes') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

in_cohorts as (

    select
        cohorts.account_id,
        cohorts.first_month,
        cohorts.end_month,
        coalesce(
            lead(cohorts.first_month) over (
                partition by cohorts.account_id order by cohorts.first_month
            ),
            policy.last_month + 1
        ) as next_first_month
    from cohorts
    cross join policy

),

before_cohorts as (

    select
        accounts.account_id,
        coalesce(min(cohorts.first_month), max(policy.last_month) + 1) as end_month
    from accounts
    cross join policy
    left join cohorts on accounts.account_id = cohorts.account_id
    group by accounts.account_id

)

select
    account_id,
    true as is_in_cohort,
    first_month,
    end_month
from in_cohorts

union all

select
    account_id,
    false as is_in_cohort,
    end_month as first_month,
    next_first_month as end_month
from in_cohorts
where end_month < next_first_month

union all

select
    account_id,
    false as is_in_cohort,
    0 as first_month,
    end_month
from before_cohorts
