{#- What refused rows would bear, as far as they can be read, a row each. -#}
{%- set contract = raw_contract() %}
{%- set items = contract['billing__subscription_items'].columns %}
{%- set subscriptions = contract['billing__subscriptions'].columns %}
{%- set adjustments = contract['finance__arr_adjustments'].columns %}
with

raw_items as (

    {{ typed_rows(items, raw('billing__subscription_items')) }}

),

raw_subscriptions as (

    {{ typed_rows(subscriptions, raw('billing__subscriptions')) }}

),

raw_adjustments as (

    {{ typed_rows(adjustments, raw('finance__arr_adjustments')) }}

),

staged_items as (

    select * from {{ ref('stg_billing__subscription_items') }}

),

staged_adjustments as (

    select * from {{ ref('stg_finance__arr_adjustments') }}

),

-- A key that came in rows that differ is one subscription: any of them says whose it is.
subscriptions as (

    select
        subscription_id,
        min(account_id) as account_id,
        min(currency) as currency,
        min(started_on) as started_on,
        max(case
            when cancelled_on < ends_on or ends_on is null then cancelled_on
            else ends_on
        end) as ended_on
    from raw_subscriptions
    where subscription_id is not null
    group by subscription_id

)

select
    'billing__subscription_items' as table_name,
    coalesce(typed.raw_item_id, '') as row_key,
    typed.subscription_id,
    subscriptions.account_id,
    typed.product_id,
    subscriptions.currency,
    {{ annualised_amount('typed') }} as arr,
    case
        when subscriptions.started_on > typed.valid_from then subscriptions.started_on
        else typed.valid_from
    end as valid_from,
    case
        when subscriptions.ended_on < typed.valid_to or typed.valid_to is null
            then subscriptions.ended_on
        else typed.valid_to
    end as valid_to
from raw_items as typed
left join staged_items on typed.item_id = staged_items.item_id
left join subscriptions on typed.subscription_id = subscriptions.subscription_id
where staged_items.item_id is null
    and coalesce(typed.charge_type, 'recurring') = 'recurring'

union all

select
    'finance__arr_adjustments' as table_name,
    coalesce(typed.raw_adjustment_id, '') as row_key,
    null as subscription_id,
    typed.account_id,
    typed.product_id,
    typed.currency,
    cast(typed.arr_amount as decimal(18, 2)) as arr,
    typed.valid_from,
    typed.valid_to
from raw_adjustments as typed
left join staged_adjustments
    on typed.adjustment_id = staged_adjustments.adjustment_id
where staged_adjustments.adjustment_id is null
