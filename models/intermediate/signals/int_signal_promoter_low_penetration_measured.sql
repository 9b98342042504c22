with

accounts as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

answers as (

    select * from {{ ref('stg_support__surveys') }}
    where survey_type = 'nps'

),

headcounts as (

    select * from {{ ref('int_headcounts_known_in_months') }}

),

account_months as (

    select * from {{ ref('adoption_account_months') }}
    where seats > 0

),

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

policy as (

    select * from {{ ref('stg_policy__signals') }}
    where signal = 'promoter_low_penetration'

),

-- Of several answers of the newest day the best counts: a promoter is among them.
newest_answers as (

    select
        present.account_id,
        present.month_number,
        present.month_start,
        answers.score,
        answers.responded_on,
        row_number() over (
            partition by present.account_id, present.month_number
            order by answers.responded_on desc, answers.score desc
        ) as recency
    from present
    cross join policy
    inner join accounts on present.account_id = accounts.ultimate_account_id
    inner join answers
        on
            accounts.account_id = answers.account_id
            and present.balance_on >= answers.responded_on
            and {{ dbt.datediff('answers.responded_on', 'present.balance_on', 'day') }}
            < policy.window_days

),

measured as (

    select
        newest_answers.account_id,
        newest_answers.month_number,
        newest_answers.score,
        newest_answers.responded_on,
        account_months.seats,
        headcounts.employee_count,
        cast(account_months.seats / headcounts.employee_count as decimal(18, 6))
            as value
    from newest_answers
    inner join account_months
        on
            newest_answers.account_id = account_months.account_id
            and newest_answers.month_start = account_months.month_start
    inner join headcounts
        on
            newest_answers.account_id = headcounts.account_id
            and newest_answers.month_number = headcounts.month_number
    where newest_answers.recency = 1 and headcounts.employee_count > 0

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
        cast(measured.seats as decimal(18, 0)),
        ' seats for ',
        measured.employee_count,
        ' employees (',
        cast(100 * measured.value as decimal(18, 1)),
        ' %)'
    ) as evidence
from measured
cross join policy
