with

incomplete as (

    select * from {{ ref('incomplete_arr_keys') }}
    where key_value is not null

),

unknown_keys as (

    select * from {{ ref('int_arr_keys_unknown_in_periods') }}

),

status_periods as (

    select * from {{ ref('int_subscription_statuses_cut_to_periods') }}
    where status = 'unknown'

),

subscriptions as (

    select * from {{ ref('stg_billing__subscriptions') }}

),

items as (

    select * from {{ ref('stg_billing__subscription_items') }}

),

adjustments as (

    select * from {{ ref('stg_finance__arr_adjustments') }}

),

accounts as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

linked as (

    select * from {{ ref('int_refused_accounts_linked_to_present') }}

),

products as (

    select * from {{ ref('int_products_resolved_to_present') }}

),

periods as (

    select
        key_type,
        key_value,
        valid_from,
        valid_to
    from unknown_keys

    union all

    select
        key_type,
        key_value,
        valid_from,
        valid_to
    from incomplete
    where unknown_figure in ('renewal', 'account')

    union all

    select
        'subscription' as key_type,
        subscription_id as key_value,
        valid_from,
        valid_to
    from status_periods

),

sold as (

    select
        accounts.ultimate_account_id as account_id,
        products.present_product_id as product_id,
        subscriptions.currency
    from items
    inner join subscriptions on items.subscription_id = subscriptions.subscription_id
    inner join accounts on subscriptions.account_id = accounts.account_id
    inner join products on items.product_id = products.product_id

    union

    select
        accounts.ultimate_account_id as account_id,
        products.present_product_id as product_id,
        adjustments.currency
    from adjustments
    inner join accounts on adjustments.account_id = accounts.account_id
    inner join products on adjustments.product_id = products.product_id

),

holders as (

    select
        'subscription' as key_type,
        subscriptions.subscription_id as key_value,
        accounts.ultimate_account_id as account_id
    from subscriptions
    inner join accounts on subscriptions.account_id = accounts.account_id

    union all

    select
        'account' as key_type,
        account_id as key_value,
        ultimate_account_id as account_id
    from accounts

    union all

    select
        'account' as key_type,
        refused_account_id as key_value,
        account_id
    from linked

    union all

    select
        'currency' as key_type,
        currency as key_value,
        account_id
    from sold

    union all

    select
        'product' as key_type,
        products.product_id as key_value,
        sold.account_id
    from sold
    inner join products on sold.product_id = products.present_product_id

)

-- Where the ARR of an account may be less than it was, so that what looks like a gap
-- may be none.
select distinct
    holders.account_id,
    periods.valid_from,
    periods.valid_to
from periods
inner join holders
    on periods.key_type = holders.key_type and periods.key_value = holders.key_value
