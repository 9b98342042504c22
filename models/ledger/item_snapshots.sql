with

months as (

    select * from {{ ref('months_closed_by_finance') }}
    where month_start not in ({{ frozen_months() }})

),

closings as (

    select * from {{ ref('arr_item_months') }}

),

openings as (

    select * from {{ ref('opening_item_months') }}

),

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

items as (

    select
        *,
        'closing_arr' as metric,
        closing_arr as arr
    from closings

    union all

    select
        *,
        'opening_arr_12m' as metric,
        opening_arr_12m as arr
    from openings

)

select
    months.snapshot_id,
    items.month_start,
    items.metric,
    items.account_id,
    items.product_id,
    items.item_id,
    items.is_adjustment,
    items.is_held,
    items.subscription_id,
    items.source_account_id,
    accounts.parent_account_id as source_parent_account_id,
    accounts.merged_into_account_id as source_merged_into_account_id,
    items.source_product_id,
    items.currency,
    items.quantity,
    items.local_arr,
    items.plan_rate,
    items.arr
from months
inner join items on months.month_start = items.month_start
inner join accounts on items.source_account_id = accounts.account_id
