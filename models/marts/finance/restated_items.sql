with

differences as (

    select * from {{ ref('int_item_differences_put_to_causes') }}

),

closed_months as (

    select * from {{ ref('closed_months') }}

)

select
    closed_months.snapshot_id,
    differences.month_start,
    differences.metric,
    differences.policy_of,
    differences.account_id,
    differences.product_id,
    differences.item_id,
    differences.is_adjustment,
    differences.cause,
    differences.close_local_arr,
    differences.close_plan_rate,
    differences.close_arr,
    differences.local_arr,
    differences.plan_rate,
    differences.arr,
    differences.delta,
    differences.reason
from differences
inner join closed_months on differences.month_start = closed_months.month_start
