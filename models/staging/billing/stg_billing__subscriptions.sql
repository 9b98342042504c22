with

admitted as (

    {{ admitted('billing__subscriptions') }}

)

select
    subscription_id,
    account_id,
    currency,
    started_on,
    trial_ends_on,
    cancelled_on,
    ends_on,
    term_ends_on,
    auto_renew,
    cancel_reason
from admitted
