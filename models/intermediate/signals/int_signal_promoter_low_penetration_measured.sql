with

answers as (

    select * from {{ ref('int_nps_answers_known_in_months') }}

),

headcounts as (

    select * from {{ ref('int_headcounts_known_in_months') }}

),

account_months as (

    select * from {{ ref('int_adoption_measured_in_account_months') }}
    where seats > 0

),

policy as (

    select * from {{ ref('stg_policy__signals') }}
    where signal = 'promoter_low_penetration'

),

measured as (

    select
        answers.account_id,
        answers.month_number,
        answers.balance_on,
        answers.score,
        answers.responded_on,
        account_months.seats,
        headcounts.employee_count,
        try_cast(
            account_months.seats / headcounts.employee_count as decimal(18, 6)
        )
            as value
    from answers
    inner join account_months
        on
            answers.account_id = account_months.account_id
            and answers.month_start = account_months.month_start
    inner join headcounts
        on
            answers.account_id = headcounts.account_id
            and answers.month_number = headcounts.month_number
    where headcounts.employee_count > 0

)

select
    measured.account_id,
    policy.signal,
    measured.month_number,
    cast(null as {{ dbt.type_string() }}) as product_id,
    measured.value,
    measured.score >= policy.also_least
    and {{ meets_threshold('measured.value') }} as is_fired,
    concat(
        'nps answer of ',
        measured.score,
        ' on ',
        measured.responded_on,
        ', ',
        cast(measured.seats as decimal(38, 0)),
        ' seats for ',
        measured.employee_count,
        ' employees (',
        cast(100 * measured.value as decimal(18, 1)),
        ' %)'
    ) as evidence
from measured
cross join policy
where
    {{ dbt.datediff('measured.responded_on', 'measured.balance_on', 'day') }}
    < policy.window_days
