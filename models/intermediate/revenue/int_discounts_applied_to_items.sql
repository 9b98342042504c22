with

discounts as (

    select * from {{ ref('stg_billing__discounts') }}

),

items as (

    select * from {{ ref('stg_billing__subscription_items') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

counted as (

    select discounts.*
    from discounts
    cross join policy
    where
        (discounts.duration = 'forever' and policy.discounts_counted <> 'none')
        or (discounts.duration = 'repeating' and policy.discounts_counted = 'recurring')

),

-- A discount without an item applies to each item of its subscription.
named as (

    select
        counted.*,
        items.item_id as applies_to_item_id,
        items.valid_from as item_valid_from,
        items.valid_to as item_valid_to
    from counted
    inner join items on counted.item_id = items.item_id
    where items.charge_type = 'recurring'

    union all

    select
        counted.*,
        items.item_id as applies_to_item_id,
        items.valid_from as item_valid_from,
        items.valid_to as item_valid_to
    from counted
    inner join items on counted.subscription_id = items.subscription_id
    where items.charge_type = 'recurring' and counted.item_id is null

),

overlapping as (

    select
        applies_to_item_id as item_id,
        discount_id,
        coalesce(percent_off, 0) as percent_off,
        coalesce(amount_off, 0) as amount_off,
        greatest(valid_from, item_valid_from) as valid_from,
        least(valid_to, item_valid_to) as valid_to,
        item_valid_from,
        item_valid_to,
        valid_from as discount_starts_on,
        valid_to as discount_ends_on
    from named

)

select
    item_id,
    discount_id,
    cast(percent_off as decimal(18, 6)) as percent_off,
    cast(amount_off as decimal(18, 6)) as amount_off,
    valid_from,
    valid_to,
    item_valid_from,
    item_valid_to,
    discount_starts_on,
    discount_ends_on
from overlapping
where valid_to is null or valid_from < valid_to
