with

accounts as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

answers as (

    select * from {{ ref('stg_support__surveys') }}
    where survey_type = 'nps'

),

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

-- Of several answers of the newest day the best counts: a promoter is among them.
ranked as (

    select
        present.account_id,
        present.month_number,
        present.month_start,
        present.balance_on,
        answers.score,
        answers.responded_on,
        row_number() over (
            partition by present.account_id, present.month_number
            order by answers.responded_on desc, answers.score desc
        ) as recency
    from present
    inner join accounts on present.account_id = accounts.ultimate_account_id
    inner join answers
        on
            accounts.account_id = answers.account_id
            and present.balance_on >= answers.responded_on

)

select
    account_id,
    month_number,
    month_start,
    balance_on,
    score,
    responded_on
from ranked
where recency = 1
