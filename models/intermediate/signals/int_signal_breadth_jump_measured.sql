with

account_months as (

    select * from {{ ref('int_adoption_measured_in_account_months') }}
    where breadth_rate is not null

),

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

policy as (

    select * from {{ ref('stg_policy__signals') }}
    where signal = 'breadth_jump'

),

measured as (

    select
        present.account_id,
        present.month_number,
        now_months.n_features_adopted,
        now_months.n_features_entitled,
        past_months.n_features_adopted as n_adopted_before,
        past_months.n_features_entitled as n_entitled_before,
        cast(
            now_months.breadth_rate - past_months.breadth_rate as decimal(18, 6)
        ) as value
    from present
    cross join policy
    inner join account_months as now_months
        on
            present.account_id = now_months.account_id
            and present.month_start = now_months.month_start
    inner join account_months as past_months
        on
            present.account_id = past_months.account_id
            and cast({{ dbt.dateadd(
                'month', '-policy.window_months', 'present.month_start'
            ) }} as date) = past_months.month_start

)

select
    measured.account_id,
    policy.signal,
    measured.month_number,
    cast(null as {{ dbt.type_string() }}) as product_id,
    measured.value,
    {{ meets_threshold('measured.value') }} as is_fired,
    concat(
        measured.n_features_adopted,
        ' of ',
        measured.n_features_entitled,
        ' features in use, ',
        measured.n_adopted_before,
        ' of ',
        measured.n_entitled_before,
        ' were ',
        policy.window_months,
        ' months before (change of ',
        cast(100 * measured.value as decimal(18, 1)),
        ' points)'
    ) as evidence
from measured
cross join policy
