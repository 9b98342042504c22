with recursive

discounts as (

    select * from {{ ref('stg_billing__discounts') }}

),

items as (

    select * from {{ ref('stg_billing__subscription_items') }}

),

amendments as (

    select * from {{ ref('int_items_linked_to_amendments') }}

),

subscriptions as (

    select * from {{ ref('stg_billing__subscriptions') }}

),

-- Of several contracts that became one, none goes on alone.
renamed_contracts as (

    select
        old_id as subscription_id,
        next_id as next_subscription_id
    from (
        select
            *,
            count(*) over (partition by next_id) as n_contracts
        from {{ ref('int_contract_ids_resolved_to_present') }}
        where id_kind = 'subscription'
    ) as contract_ids
    where n_contracts = 1

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

counted as (

    select
        discounts.*,
        policy.contract_amount_off = 'once' as is_amount_taken_once,
        policy.item_discount_follows = 'amendments' as is_followed
    from discounts
    cross join policy
    where
        (discounts.duration = 'forever' and policy.discounts_counted <> 'none')
        or (discounts.duration = 'repeating' and policy.discounts_counted = 'recurring')

),

-- An item that is discounted under its own id from its first day says so itself.
named_items as (

    select distinct items.item_id
    from items
    inner join counted on items.item_id = counted.item_id
    where
        counted.valid_from <= items.valid_from
        and (counted.valid_to is null or counted.valid_to > items.valid_from)

),

followed as (

    select
        counted.discount_id,
        counted.item_id as applies_to_item_id,
        counted.is_followed
    from counted
    where counted.item_id is not null

    -- Each item once: one given the id of a line before it would lead back to itself.
    union

    select
        followed.discount_id,
        amendments.next_item_id as applies_to_item_id,
        followed.is_followed
    from followed
    inner join amendments on followed.applies_to_item_id = amendments.item_id
    left join named_items on amendments.next_item_id = named_items.item_id
    where
        (followed.is_followed or amendments.is_same_line)
        and named_items.item_id is null

),

-- A contract under a new id takes its discounts along, up to one that has its own.
named_contracts as (

    select distinct subscriptions.subscription_id
    from subscriptions
    inner join counted on subscriptions.subscription_id = counted.subscription_id
    where
        counted.item_id is null
        and counted.valid_from <= subscriptions.started_on
        and (counted.valid_to is null or counted.valid_to > subscriptions.started_on)

),

followed_contracts as (

    select
        discount_id,
        subscription_id as applies_to_subscription_id
    from counted
    where item_id is null

    union all

    select
        followed_contracts.discount_id,
        renamed_contracts.next_subscription_id as applies_to_subscription_id
    from followed_contracts
    inner join renamed_contracts
        on
            followed_contracts.applies_to_subscription_id
            = renamed_contracts.subscription_id
    left join named_contracts
        on renamed_contracts.next_subscription_id = named_contracts.subscription_id
    where named_contracts.subscription_id is null

),

-- A discount without an item applies to each item of its subscription.
named as (

    select
        counted.*,
        items.item_id as applies_to_item_id,
        items.valid_from as item_valid_from,
        items.valid_to as item_valid_to,
        false as is_shared
    from counted
    inner join followed on counted.discount_id = followed.discount_id
    inner join items on followed.applies_to_item_id = items.item_id
    where items.charge_type = 'recurring'

    union all

    select
        counted.*,
        items.item_id as applies_to_item_id,
        items.valid_from as item_valid_from,
        items.valid_to as item_valid_to,
        coalesce(counted.is_amount_taken_once, false) as is_shared
    from counted
    inner join followed_contracts
        on counted.discount_id = followed_contracts.discount_id
    inner join items
        on followed_contracts.applies_to_subscription_id = items.subscription_id
    where items.charge_type = 'recurring'

),

overlapping as (

    select
        applies_to_item_id as item_id,
        discount_id,
        coalesce(percent_off, 0) as percent_off,
        case when is_shared then 0 else coalesce(amount_off, 0) end as amount_off,
        case when is_shared then coalesce(amount_off, 0) else 0 end
            as contract_amount_off,
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
    cast(contract_amount_off as decimal(18, 6)) as contract_amount_off,
    valid_from,
    valid_to,
    item_valid_from,
    item_valid_to,
    discount_starts_on,
    discount_ends_on
from overlapping
where valid_to is null or valid_from < valid_to
