select
    month_start,
    'closing_arr' as metric,
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
    closing_arr as arr
from {{ ref('item_snapshots') }}

union all

select
    month_start,
    'opening_arr_12m' as metric,
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
    opening_arr_12m as arr
from {{ ref('opening_item_snapshots') }}
