with

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
    present.balance_on,
    subscriptions.subscription_id,
    subscriptions.term_ends_on
from present
inner join accounts on present.account_id = accounts.ultimate_account_id
inner join subscriptions
    on
        accounts.account_id = subscriptions.account_id
        and present.balance_on >= subscriptions.started_on
        and (
            subscriptions.ends_on is null
            or present.balance_on < subscriptions.ends_on
        )
        and (
            subscriptions.cancelled_on is null
            or present.balance_on < subscriptions.cancelled_on
        )
