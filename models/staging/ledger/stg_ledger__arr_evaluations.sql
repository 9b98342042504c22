select
    evaluation_id,
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
from {{ source('ledger', 'arr_evaluations') }}
