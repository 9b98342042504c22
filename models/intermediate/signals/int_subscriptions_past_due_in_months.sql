with

past_due as (

    select * from {{ ref('int_past_due_runs_limited_to_grace') }}

),

subscriptions as (

    select * from {{ ref('stg_billing__subscriptions') }}

),

accounts as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

)

select
    present.account_id,
    present.month_number,
    min(past_due.past_due_since) as past_due_since
from present
inner join accounts on present.account_id = accounts.ultimate_account_id
inner join subscriptions on accounts.account_id = subscriptions.account_id
inner join past_due
    on
        subscriptions.subscription_id = past_due.subscription_id
        and present.balance_on >= past_due.valid_from
        and (past_due.valid_to is null or present.balance_on < past_due.valid_to)
group by present.account_id, present.month_number
