with

contracts as (

    select * from {{ ref('int_product_contracts') }}

),

subscriptions as (

    select * from {{ ref('stg_billing__subscriptions') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

items as (

    select * from {{ ref('stg_billing__subscription_items') }}

),

contract_ids as (

    select * from {{ ref('int_contract_ids_resolved_to_present') }}

),

-- Where billing says which contract, or which of its lines, took over, nothing is in
-- doubt.
named as (

    select
        old_id as old_subscription_id,
        next_id as new_subscription_id
    from contract_ids
    where id_kind = 'subscription'

    union

    select
        old_items.subscription_id as old_subscription_id,
        new_items.subscription_id as new_subscription_id
    from contract_ids
    inner join items as old_items on contract_ids.old_id = old_items.item_id
    inner join items as new_items on contract_ids.next_id = new_items.item_id
    where contract_ids.id_kind = 'item'

),

-- Of the contracts of a product that began before, the one that runs longest. Dates in
-- ISO sort as text.
reached as (

    select
        *,
        max(concat(
            cast(
                coalesce(ends_on, cast('9999-12-31' as date))
                as {{ dbt.type_string() }}
            ),
            ' ',
            subscription_id
        )) over (
            partition by account_id, product_id
            order by starts_on, subscription_id
            rows between unbounded preceding and 1 preceding
        ) as reached
    from contracts

),

overlapped as (

    select
        reached.account_id,
        reached.product_id,
        reached.subscription_id,
        other_contracts.subscription_id as other_subscription_id,
        reached.starts_on,
        least(reached.ends_on, other_contracts.ends_on) as overlaps_to
    from reached
    inner join contracts as other_contracts
        on
            substring(reached.reached, 12) = other_contracts.subscription_id
            and reached.product_id = other_contracts.product_id
    where other_contracts.ends_on is null or other_contracts.ends_on > reached.starts_on

),

-- Contracts of equal dates are paired one by one.
begun as (

    select
        *,
        row_number() over (
            partition by account_id, product_id, currency, starts_on
            order by subscription_id
        ) as place
    from contracts
    where subscription_id not in (select named.new_subscription_id from named)

),

ended as (

    select
        *,
        row_number() over (
            partition by account_id, product_id, currency, ends_on
            order by subscription_id
        ) as place
    from contracts
    where subscription_id not in (select named.old_subscription_id from named)

),

followed as (

    select
        begun.account_id,
        begun.product_id,
        begun.subscription_id,
        ended.subscription_id as other_subscription_id,
        begun.starts_on,
        begun.ends_on
    from begun
    inner join ended
        on
            begun.account_id = ended.account_id
            and begun.product_id = ended.product_id
            and begun.currency = ended.currency
            and begun.starts_on = ended.ends_on
            and begun.place = ended.place

)

-- Both are looked at on the last day on which both counted.
select
    'overlapping_contracts' as doubt,
    overlapped.account_id,
    overlapped.product_id,
    overlapped.subscription_id,
    overlapped.other_subscription_id,
    overlapped.starts_on as doubted_from,
    overlapped.overlaps_to as doubted_to,
    least(
        cast({{ dbt.dateadd('day', -1, 'overlapped.overlaps_to') }} as date),
        policy.last_balance_on
    ) as valued_on,
    least(
        cast({{ dbt.dateadd('day', -1, 'overlapped.overlaps_to') }} as date),
        policy.last_balance_on
    ) as other_valued_on
from overlapped
cross join policy

union all

select
    'term_without_renewal' as doubt,
    contracts.account_id,
    contracts.product_id,
    contracts.subscription_id,
    cast(null as {{ dbt.type_string() }}) as other_subscription_id,
    subscriptions.term_ends_on as doubted_from,
    contracts.ends_on as doubted_to,
    policy.last_balance_on as valued_on,
    cast(null as date) as other_valued_on
from contracts
inner join subscriptions
    on contracts.subscription_id = subscriptions.subscription_id
cross join policy
where
    subscriptions.term_ends_on <= policy.last_balance_on
    and subscriptions.term_ends_on > contracts.starts_on
    and not coalesce(subscriptions.auto_renew, false)

union all

select
    'contract_under_new_id' as doubt,
    account_id,
    product_id,
    subscription_id,
    other_subscription_id,
    starts_on as doubted_from,
    ends_on as doubted_to,
    starts_on as valued_on,
    cast({{ dbt.dateadd('day', -1, 'starts_on') }} as date) as other_valued_on
from followed
