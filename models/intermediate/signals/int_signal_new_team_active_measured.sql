with

account_months as (

    select * from {{ ref('int_adoption_measured_in_account_months') }}
    where active_users > 0

),

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

policy as (

    select * from {{ ref('stg_policy__signals') }}
    where signal = 'new_team_active'

),

motion_policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

),

first_months as (

    select
        account_id,
        min(month_start) as first_used_month
    from account_months
    group by account_id

),

-- As long as the account itself is new, so are all of its users.
measured as (

    select
        present.account_id,
        present.month_number,
        account_months.new_users,
        account_months.active_users,
        cast(
            account_months.new_users / account_months.active_users as decimal(18, 6)
        ) as value
    from present
    inner join account_months
        on
            present.account_id = account_months.account_id
            and present.month_start = account_months.month_start
    inner join first_months on present.account_id = first_months.account_id
    cross join motion_policy
    where
        first_months.first_used_month <= {{ dbt.dateadd(
            'month', '-motion_policy.new_user_months', 'present.month_start'
        ) }}

)

select
    measured.account_id,
    policy.signal,
    measured.month_number,
    cast(null as {{ dbt.type_string() }}) as product_id,
    measured.value,
    measured.new_users >= policy.also_least
    and {{ meets_threshold('measured.value') }} as is_fired,
    concat(
        measured.new_users,
        ' of ',
        measured.active_users,
        ' active users of the last ',
        policy.window_days,
        ' days are new (',
        cast(100 * measured.value as decimal(18, 1)),
        ' %)'
    ) as evidence
from measured
cross join policy
