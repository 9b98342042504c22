with

told as (

    select * from {{ ref('int_items_told_of_closed_months') }}

),

admitted as (

    select * from {{ ref('int_source_items_admitted') }}

),

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

first_frozen as (

    select
        item_id,
        is_adjustment,
        min(month_start) as first_frozen_in
    from {{ ref('item_snapshots') }}
    group by item_id, is_adjustment

),

at_close as (

    select * from told
    where not is_now

),

now as (

    select * from told
    where is_now

),

compared as (

    select
        coalesce(at_close.month_start, now.month_start) as month_start,
        coalesce(at_close.metric, now.metric) as metric,
        coalesce(at_close.policy_of, now.policy_of) as policy_of,
        coalesce(at_close.item_id, now.item_id) as item_id,
        coalesce(at_close.is_adjustment, now.is_adjustment) as is_adjustment,
        coalesce(at_close.product_id, now.product_id) as product_id,
        at_close.account_id as close_account_id,
        at_close.is_held as was_held,
        at_close.currency as close_currency,
        at_close.local_arr as close_local_arr,
        at_close.plan_rate as close_plan_rate,
        at_close.arr as close_arr,
        now.account_id,
        now.is_held,
        now.currency,
        now.local_arr,
        now.plan_rate,
        now.arr,
        at_close.source_account_id <> now.source_account_id as is_reassigned,
        coalesce(at_close.source_merged_into_account_id, '')
        <> coalesce(now.source_merged_into_account_id, '') as is_merged
    from at_close
    full outer join now
        on
            at_close.month_start = now.month_start
            and at_close.metric = now.metric
            and at_close.policy_of = now.policy_of
            and at_close.item_id = now.item_id
            and at_close.is_adjustment = now.is_adjustment
    where
        at_close.item_id is null
        or now.item_id is null
        or at_close.arr <> now.arr
        or at_close.account_id <> now.account_id

)

select
    compared.month_start,
    compared.metric,
    compared.policy_of,
    compared.item_id,
    compared.is_adjustment,
    compared.product_id,
    compared.close_account_id,
    compared.was_held,
    compared.close_currency,
    compared.close_local_arr,
    compared.close_plan_rate,
    compared.close_arr,
    compared.account_id,
    compared.is_held,
    compared.currency,
    compared.local_arr,
    compared.plan_rate,
    compared.arr,
    compared.is_reassigned,
    -- Its own account, or the one that this one was under.
    compared.is_merged or accounts.merged_into_account_id is not null as is_merged,
    admitted.item_id is not null as is_in_source,
    first_frozen.first_frozen_in
from compared
left join admitted
    on
        compared.item_id = admitted.item_id
        and compared.is_adjustment = admitted.is_adjustment
left join first_frozen
    on
        compared.item_id = first_frozen.item_id
        and compared.is_adjustment = first_frozen.is_adjustment
left join accounts on compared.close_account_id = accounts.account_id
