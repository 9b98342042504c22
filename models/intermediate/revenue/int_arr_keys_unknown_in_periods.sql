with recursive

incomplete as (

    select * from {{ ref('incomplete_arr_keys') }}
    where key_value is not null

),

discounts as (

    select * from {{ ref('stg_billing__discounts') }}
    where duration <> 'once'

),

contract_ids as (

    select * from {{ ref('int_contract_ids_resolved_to_present') }}

),

items as (

    select * from {{ ref('stg_billing__subscription_items') }}

),

fx_rates as (

    select * from {{ ref('stg_billing__fx_rates') }}
    where rate_type = 'plan'

),

adjustments as (

    select * from {{ ref('stg_finance__arr_adjustments') }}
    where approved_by is not null

),

accounts as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

linked as (

    select * from {{ ref('int_refused_accounts_linked_to_present') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

present_accounts as (

    select
        account_id,
        ultimate_account_id
    from accounts
    union
    select
        refused_account_id as account_id,
        account_id as ultimate_account_id
    from linked

),

-- From which contract ids lead to which, those of whole contracts and of their lines.
successors as (

    select
        old_id as subscription_id,
        next_id as next_subscription_id
    from contract_ids
    where id_kind = 'subscription'

    union

    select
        old_items.subscription_id,
        new_items.subscription_id as next_subscription_id
    from contract_ids
    inner join items as old_items on contract_ids.old_id = old_items.item_id
    inner join items as new_items on contract_ids.next_id = new_items.item_id
    where contract_ids.id_kind = 'item'

),

-- An id, or the one after it, as the contract of it or of its line.
contracts_of_ids as (

    select
        'item' as id_kind,
        item_id as contract_id,
        subscription_id
    from items

    union all

    select
        'item' as id_kind,
        contract_ids.old_id as contract_id,
        items.subscription_id
    from contract_ids
    inner join items on contract_ids.next_id = items.item_id
    where contract_ids.id_kind = 'item'

    union all

    select
        'subscription' as id_kind,
        subscription_id as contract_id,
        subscription_id
    from items

    union all

    select
        'subscription' as id_kind,
        subscription_id as contract_id,
        next_subscription_id as subscription_id
    from successors

),

in_use as (

    select
        (select count(*) from contract_ids)
        + count(*) filter (where unknown_figure = 'renamed') as n_replaced_ids,
        (select count(*) from discounts)
        + count(*) filter (where table_name = 'billing__discounts') as n_discounts
    from incomplete

),

-- At what price is not known; or, of statuses, from which day on what was said holds.
contracts as (

    select
        key_value as subscription_id,
        table_name,
        row_key,
        reason,
        valid_from,
        valid_to
    from incomplete
    where
        key_type = 'subscription'
        and (
            unknown_figure = 'arr'
            or (unknown_figure = 'status' and valid_from is null)
        )

    union

    select
        contracts_of_ids.subscription_id,
        incomplete.table_name,
        incomplete.row_key,
        incomplete.reason,
        incomplete.valid_from,
        incomplete.valid_to
    from incomplete
    inner join contracts_of_ids
        on
            incomplete.key_value = contracts_of_ids.contract_id
            and contracts_of_ids.id_kind = 'item'
    where incomplete.key_type = 'item' and incomplete.unknown_figure = 'arr'

    union

    -- A discount of an item follows it from amendment to amendment: where one is
    -- missing, it may have been of those that came after.
    select
        incomplete.key_value as subscription_id,
        incomplete.table_name,
        incomplete.row_key,
        incomplete.reason,
        incomplete.valid_from,
        cast(null as date) as valid_to
    from incomplete
    cross join in_use
    where
        incomplete.unknown_figure = 'coupon'
        and (
            incomplete.key_value in (
                select discounts.subscription_id from discounts
                where discounts.item_id is not null
            )
            or (in_use.n_replaced_ids > 0 and in_use.n_discounts > 0)
        )

    union

    -- So it is where it is not known what a contract or a line was before.
    select
        contracts_of_ids.subscription_id,
        incomplete.table_name,
        incomplete.row_key,
        incomplete.reason,
        incomplete.valid_from,
        incomplete.valid_to
    from incomplete
    inner join contracts_of_ids on incomplete.key_value = contracts_of_ids.contract_id
    cross join in_use
    where incomplete.unknown_figure = 'renamed' and in_use.n_discounts > 0

),

-- What would have been off a contract would have been off those that took over.
followed as (

    select
        subscription_id,
        table_name,
        row_key,
        reason,
        valid_from,
        valid_to
    from contracts

    union

    select
        successors.next_subscription_id as subscription_id,
        followed.table_name,
        followed.row_key,
        followed.reason,
        followed.valid_from,
        followed.valid_to
    from followed
    inner join successors on followed.subscription_id = successors.subscription_id

),

-- A refused rate would have held up to the next, and before the first, too.
currencies as (

    select
        incomplete.key_value as currency,
        incomplete.table_name,
        incomplete.row_key,
        incomplete.reason,
        case
            when min(fx_rates.valid_from) < incomplete.valid_from
                then incomplete.valid_from
        end as valid_from,
        min(fx_rates.valid_from) filter (
            where fx_rates.valid_from > incomplete.valid_from
        ) as valid_to
    from incomplete
    cross join policy
    left join fx_rates on incomplete.key_value = fx_rates.currency
    where
        incomplete.key_type = 'currency'
        and incomplete.key_value <> policy.reporting_currency
    group by
        incomplete.key_value,
        incomplete.table_name,
        incomplete.row_key,
        incomplete.reason,
        incomplete.valid_from

),

-- What an adjustment takes off is taken off the account: without it the rest is too
-- much.
reduced as (

    select
        present_accounts.ultimate_account_id as account_id,
        incomplete.table_name,
        incomplete.row_key,
        incomplete.reason,
        incomplete.valid_from,
        incomplete.valid_to
    from incomplete
    inner join present_accounts on incomplete.key_value = present_accounts.account_id
    where incomplete.key_type = 'account' and incomplete.unknown_figure = 'arr'

    union all

    select
        accounts.ultimate_account_id as account_id,
        currencies.table_name,
        currencies.row_key,
        currencies.reason,
        greatest(adjustments.valid_from, currencies.valid_from) as valid_from,
        least(adjustments.valid_to, currencies.valid_to) as valid_to
    from adjustments
    inner join accounts on adjustments.account_id = accounts.account_id
    inner join currencies on adjustments.currency = currencies.currency
    where
        adjustments.arr_amount < 0
        and (
            currencies.valid_to is null
            or adjustments.valid_from < currencies.valid_to
        )
        and (
            adjustments.valid_to is null
            or currencies.valid_from is null
            or currencies.valid_from < adjustments.valid_to
        )

)

select
    'subscription' as key_type,
    subscription_id as key_value,
    table_name,
    row_key,
    reason,
    valid_from,
    valid_to
from followed

union

select
    'currency' as key_type,
    currency as key_value,
    table_name,
    row_key,
    reason,
    valid_from,
    valid_to
from currencies

union

select
    'account' as key_type,
    account_id as key_value,
    table_name,
    row_key,
    reason,
    valid_from,
    valid_to
from reduced
