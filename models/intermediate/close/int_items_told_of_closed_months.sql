with

closed_months as (

    select * from {{ ref('int_closed_months_compared') }}

),

-- The same columns, told by the close, by the present, or by an evaluation.
items as (

    select
        'close' as told_by,
        month_start,
        metric,
        account_id,
        product_id,
        item_id,
        is_adjustment,
        is_held,
        source_account_id,
        source_parent_account_id,
        source_merged_into_account_id,
        currency,
        local_arr,
        plan_rate,
        arr
    from {{ ref('item_snapshots') }}

    union all

    select
        'present' as told_by,
        present.*
    from {{ ref('int_items_valued_in_closed_months') }} as present

    union all

    select * from {{ ref('stg_ledger__arr_evaluations') }}

),

-- Where the policy may have changed too, data are compared under that of the close and
-- again under that of now.
sides as (

    select
        month_start,
        case when what_changed = 'both' then 'then' else 'same' end as policy_of,
        false as is_now,
        'close' as told_by
    from closed_months
    where what_changed in ('data', 'both')

    union all

    select
        month_start,
        case when what_changed = 'both' then 'now' else 'same' end as policy_of,
        true as is_now,
        'present' as told_by
    from closed_months
    where what_changed in ('data', 'both')

    union all

    select
        month_start,
        'then' as policy_of,
        true as is_now,
        now_then_evaluation_id as told_by
    from closed_months
    where what_changed = 'both'

    union all

    select
        month_start,
        'now' as policy_of,
        false as is_now,
        then_now_evaluation_id as told_by
    from closed_months
    where what_changed = 'both'

)

-- A line held in one place and in force in another has two rows.
select
    items.month_start,
    items.metric,
    sides.policy_of,
    sides.is_now,
    items.item_id,
    items.is_adjustment,
    max(items.account_id) as account_id,
    max(items.product_id) as product_id,
    max(items.source_account_id) as source_account_id,
    max(items.source_parent_account_id) as source_parent_account_id,
    max(items.source_merged_into_account_id) as source_merged_into_account_id,
    max(items.currency) as currency,
    min(items.plan_rate) as plan_rate,
    cast(sum(items.local_arr) as decimal(18, 2)) as local_arr,
    cast(sum(items.arr) as decimal(18, 2)) as arr,
    min(case when items.is_held then 1 else 0 end) = 1 as is_held
from items
inner join sides
    on items.month_start = sides.month_start and items.told_by = sides.told_by
group by
    items.month_start,
    items.metric,
    sides.policy_of,
    sides.is_now,
    items.item_id,
    items.is_adjustment
