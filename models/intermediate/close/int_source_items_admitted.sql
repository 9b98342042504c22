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
        items.subscription_id,
        subscriptions.account_id,
        items.product_id,
        items.charge_type = 'recurring' as is_recurring,
        items.quantity,
        greatest(items.valid_from, subscriptions.started_on) as starts_on,
        least(items.valid_to, subscriptions.ends_on) as ends_on
    from items
    inner join subscriptions on items.subscription_id = subscriptions.subscription_id

    union all

    select
        adjustment_id as item_id,
        true as is_adjustment,
        cast(null as {{ dbt.type_string() }}) as subscription_id,
        account_id,
        product_id,
        true as is_recurring,
        cast(null as decimal(18, 6)) as quantity,
        valid_from as starts_on,
        valid_to as ends_on
    from adjustments

)

select
    source_items.item_id,
    source_items.is_adjustment,
    source_items.subscription_id,
    source_items.account_id,
    source_items.product_id,
    source_items.is_recurring,
    source_items.quantity,
    source_items.starts_on,
    source_items.ends_on
from source_items
inner join accounts on source_items.account_id = accounts.account_id
