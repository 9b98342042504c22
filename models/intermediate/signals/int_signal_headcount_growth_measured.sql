with

headcounts as (

    select * from {{ ref('stg_crm__account_headcounts') }}
    where employee_count > 0

),

known as (

    select * from {{ ref('int_headcounts_known_in_months') }}

),

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

policy as (

    select * from {{ ref('stg_policy__signals') }}
    where signal = 'headcount_growth'

),

-- A head-count older than the window says nothing about growth within it.
ranked as (

    select
        known.account_id,
        known.month_number,
        known.observed_on,
        known.employee_count,
        headcounts.observed_on as past_observed_on,
        headcounts.employee_count as past_employee_count,
        row_number() over (
            partition by known.account_id, known.month_number
            order by headcounts.observed_on desc
        ) as recency
    from known
    cross join policy
    inner join present
        on
            known.account_id = present.account_id
            and known.month_number = present.month_number
            and {{ dbt.datediff('known.observed_on', 'present.balance_on', 'day') }}
            < policy.window_days
    inner join headcounts
        on
            known.account_id = headcounts.account_id
            and {{ dbt.datediff('headcounts.observed_on', 'known.observed_on', 'day') }}
            >= policy.window_days

),

measured as (

    select
        account_id,
        month_number,
        observed_on,
        employee_count,
        past_observed_on,
        past_employee_count,
        cast(
            (employee_count - past_employee_count) / past_employee_count
            as decimal(18, 6)
        ) as value
    from ranked
    where recency = 1

)

select
    measured.account_id,
    policy.signal,
    measured.month_number,
    cast(null as {{ dbt.type_string() }}) as product_id,
    measured.value,
    {{ meets_threshold('measured.value') }} as is_fired,
    concat(
        measured.employee_count,
        ' employees on ',
        measured.observed_on,
        ', ',
        measured.past_employee_count,
        ' on ',
        measured.past_observed_on,
        ' (change of ',
        cast(100 * measured.value as decimal(18, 1)),
        ' %)'
    ) as evidence
from measured
cross join policy
