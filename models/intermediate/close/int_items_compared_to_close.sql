with

told as (

    select * from {{ ref('int_items_told_under_present_ids') }}

),

admitted as (

    select * from {{ ref('int_source_items_followed_through_service') }}

),

refused as (

    select
        row_key as item_id,
        table_name = 'finance__arr_adjustments' as is_adjustment,
        min(reason) as refused_because
    from {{ ref('refused_rows') }}
    where table_name in ('billing__subscription_items', 'finance__arr_adjustments')
    group by row_key, table_name

),

statuses as (

    select * from {{ ref('int_subscription_statuses_cut_to_periods') }}

),

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

renamed as (

    select * from {{ ref('int_contract_ids_resolved_to_present') }}
    where id_kind = 'item'

),

frozen as (

    select
        item_id,
        is_adjustment,
        min(month_start) as first_frozen_in
    from {{ ref('item_snapshots') }}
    where metric = 'closing_arr'
    group by item_id, is_adjustment

),

-- A line was in the books from the first month on that had it, under any of its ids.
first_frozen as (

    select
        item_id,
        is_adjustment,
        min(first_frozen_in) as first_frozen_in
    from (
        select * from frozen
        union all
        select
            renamed.present_id as item_id,
            frozen.is_adjustment,
            frozen.first_frozen_in
        from frozen
        inner join renamed on frozen.item_id = renamed.old_id
        where not frozen.is_adjustment
    ) as under_any_id
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
        cast({{ dbt.dateadd(
            'month',
            "case when coalesce(at_close.metric, now.metric) = 'opening_arr_12m' "
            ~ "then -12 else 0 end",
            'coalesce(at_close.month_start, now.month_start)'
        ) }} as date) as balance_month,
        coalesce(now.product_id, at_close.product_id) as product_id,
        at_close.product_id as close_product_id,
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
        <> coalesce(now.source_merged_into_account_id, '') as is_merged,
        coalesce(at_close.is_renamed, now.is_renamed) as is_renamed
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
        or at_close.product_id <> now.product_id

),

balanced as (

    select
        *,
        cast({{ dbt.last_day('balance_month', 'month') }} as date) as balance_on
    from compared

)

select
    balanced.month_start,
    balanced.metric,
    balanced.policy_of,
    balanced.item_id,
    balanced.is_adjustment,
    balanced.balance_month,
    balanced.product_id,
    balanced.close_product_id,
    balanced.close_account_id,
    balanced.was_held,
    balanced.close_currency,
    balanced.close_local_arr,
    balanced.close_plan_rate,
    balanced.close_arr,
    balanced.account_id,
    balanced.is_held,
    balanced.currency,
    balanced.local_arr,
    balanced.plan_rate,
    balanced.arr,
    balanced.is_reassigned,
    -- Its own account, or the one that this one was under.
    balanced.is_merged or accounts.merged_into_account_id is not null as is_merged,
    balanced.is_renamed,
    admitted.item_id is not null as is_in_source,
    refused.refused_because,
    admitted.contract_id,
    admitted.quantity,
    admitted.starts_on,
    admitted.ends_on,
    admitted.served_since,
    coalesce(
        admitted.ends_on <= balanced.balance_on or statuses.status = 'cancelled', false
    ) as has_ended,
    first_frozen.first_frozen_in
from balanced
left join admitted
    on
        balanced.item_id = admitted.item_id
        and balanced.is_adjustment = admitted.is_adjustment
left join refused
    on
        balanced.item_id = refused.item_id
        and balanced.is_adjustment = refused.is_adjustment
left join statuses
    on
        admitted.subscription_id = statuses.subscription_id
        and balanced.balance_on >= statuses.valid_from
        and (statuses.valid_to is null or balanced.balance_on < statuses.valid_to)
left join first_frozen
    on
        balanced.item_id = first_frozen.item_id
        and balanced.is_adjustment = first_frozen.is_adjustment
left join accounts on balanced.close_account_id = accounts.account_id
