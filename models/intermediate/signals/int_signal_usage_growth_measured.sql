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

past as (

    select * from {{ ref('int_active_users_compared_to_past_months') }}

),

motion_policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

),

-- A flat past has no deviation of its own; one user more would else be beyond measure.
measured as (

    select
        present.account_id,
        present.month_number,
        account_months.active_users,
        past.median_users,
        past.n_months,
        cast(
            (account_months.active_users - past.median_users)
            / greatest(
                past.deviation_users,
                motion_policy.growth_least_deviation_rate * past.median_users,
                motion_policy.growth_least_deviation_users
            ) as decimal(18, 6)
        ) as value
    from present
    cross join motion_policy
    inner join account_months
        on
            present.account_id = account_months.account_id
            and present.month_start = account_months.month_start
    inner join past
        on
            present.account_id = past.account_id
            and present.month_number = past.month_number

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
