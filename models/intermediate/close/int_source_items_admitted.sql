with

items as (

    select * from {{ ref('stg_billing__subscription_items') }}

),

subscriptions as (

    select * from {{ ref('stg_billing__subscriptions') }}

),

adjustments as (

    select * from {{ ref('stg_finance__arr_adjustments') }}

),

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

source_items as (

    select
        items.item_id,
        false as is_adjustment,
        subscriptions.account_id
    from items
    inner join subscriptions on items.subscription_id = subscriptions.subscription_id

    union all

    select
        adjustment_id as item_id,
        true as is_adjustment,
        account_id
    from adjustments

)

select
    source_items.item_id,
    source_items.is_adjustment
from source_items
inner join accounts on source_items.account_id = accounts.account_id
