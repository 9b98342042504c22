with

items as (

    select * from {{ ref('stg_billing__subscription_items') }}
    where charge_type = 'recurring'

),

subscriptions as (

    select * from {{ ref('int_subscriptions_resolved_to_bearing_periods') }}

),

discounts as (

    select * from {{ ref('int_discounts_combined_to_item_periods') }}

),

borne as (

    select
        items.item_id,
        subscriptions.subscription_id,
        subscriptions.account_id,
        items.product_id,
        subscriptions.currency,
        items.billing_interval,
        items.interval_count,
        items.quantity,
        items.unit_price,
        items.valid_from as item_starts_on,
        items.valid_to as item_ends_on,
        items.is_contracted_step,
        greatest(items.valid_from, subscriptions.valid_from) as valid_from,
        least(items.valid_to, subscriptions.valid_to) as valid_to,
        least(items.valid_to, subscriptions.signed_to) as signed_to
    from items
    inner join subscriptions on items.subscription_id = subscriptions.subscription_id

),

-- An item never discounted stays whole; the others are cut where a discount starts or
-- ends.
cut as (

    select
        borne.item_id,
        borne.subscription_id,
        borne.account_id,
        borne.product_id,
        borne.currency,
        borne.billing_interval,
        borne.interval_count,
        borne.quantity,
        borne.unit_price,
        borne.item_starts_on,
        borne.item_ends_on,
        coalesce(borne.is_contracted_step, false) as is_contracted_step,
        discounts.kept_rate,
        discounts.amount_off,
        greatest(borne.valid_from, discounts.valid_from) as valid_from,
        least(borne.valid_to, discounts.valid_to) as valid_to,
        least(borne.signed_to, discounts.valid_to) as signed_to
    from borne
    left join discounts on borne.item_id = discounts.item_id

)

select *
from cut
where signed_to is null or valid_from < signed_to
