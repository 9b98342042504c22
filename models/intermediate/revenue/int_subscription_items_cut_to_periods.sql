with

items as (

    select * from {{ ref('stg_billing__subscription_items') }}
    where charge_type = 'recurring'

),

subscriptions as (

    select * from {{ ref('int_subscriptions_resolved_to_bearing_periods') }}

),

free_items as (

    select * from {{ ref('int_items_continued_in_free_periods') }}

),

discounts as (

    select * from {{ ref('int_discounts_combined_to_item_periods') }}

),

bearing as (

    select
        items.item_id,
        subscriptions.subscription_id,
        greatest(items.valid_from, subscriptions.valid_from) as valid_from,
        least(items.valid_to, subscriptions.valid_to) as valid_to,
        least(items.valid_to, subscriptions.signed_to) as signed_to
    from items
    inner join subscriptions on items.subscription_id = subscriptions.subscription_id

    union all

    select
        item_id,
        subscription_id,
        valid_from,
        valid_to,
        valid_to as signed_to
    from free_items

),

contracts as (

    select
        subscription_id,
        account_id,
        currency
    from {{ ref('stg_billing__subscriptions') }}

),

borne as (

    select
        items.item_id,
        contracts.subscription_id,
        contracts.account_id,
        items.product_id,
        contracts.currency,
        items.billing_interval,
        items.interval_count,
        items.quantity,
        items.unit_price,
        items.valid_from as item_starts_on,
        items.valid_to as item_ends_on,
        items.is_contracted_step,
        bearing.valid_from,
        bearing.valid_to,
        bearing.signed_to
    from items
    inner join bearing on items.item_id = bearing.item_id
    inner join contracts on bearing.subscription_id = contracts.subscription_id

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
        discounts.contract_amount_off,
        greatest(borne.valid_from, discounts.valid_from) as valid_from,
        least(borne.valid_to, discounts.valid_to) as valid_to,
        least(borne.signed_to, discounts.valid_to) as signed_to
    from borne
    left join discounts on borne.item_id = discounts.item_id

),

periods as (

    select * from cut
    where signed_to is null or valid_from < signed_to

),

-- What is taken off a whole contract is shared anew whenever one of its items starts or
-- ends.
changes as (

    select
        subscription_id,
        valid_from as changes_on
    from periods
    where contract_amount_off > 0
    union
    select
        subscription_id,
        signed_to as changes_on
    from periods
    where contract_amount_off > 0 and signed_to is not null

),

parts as (

    select
        subscription_id,
        changes_on as valid_from,
        lead(changes_on) over (
            partition by subscription_id order by changes_on
        ) as valid_to
    from changes

),

aligned as (

    select
        periods.item_id,
        periods.subscription_id,
        periods.account_id,
        periods.product_id,
        periods.currency,
        periods.billing_interval,
        periods.interval_count,
        periods.quantity,
        periods.unit_price,
        periods.item_starts_on,
        periods.item_ends_on,
        periods.is_contracted_step,
        periods.kept_rate,
        periods.amount_off,
        periods.contract_amount_off,
        coalesce(parts.valid_from, periods.valid_from) as valid_from,
        least(periods.valid_to, parts.valid_to) as valid_to,
        least(periods.signed_to, parts.valid_to) as signed_to
    from periods
    left join parts
        on
            periods.contract_amount_off > 0
            and periods.subscription_id = parts.subscription_id
            and periods.valid_from <= parts.valid_from
            and (periods.signed_to is null or periods.signed_to > parts.valid_from)

)

select * from aligned
