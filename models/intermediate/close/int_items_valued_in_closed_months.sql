with

closed_months as (

    select
        months.month_start,
        months.month_number
    from {{ ref('closed_months') }} as closed_months
    inner join {{ ref('int_months') }} as months
        on closed_months.month_start = months.month_start

),

accounts as (

    select * from {{ ref('stg_crm__accounts') }}

),

items as (

    select
        account_id,
        product_id,
        item_id,
        is_adjustment,
        is_held,
        source_account_id,
        currency,
        local_arr,
        plan_rate,
        arr,
        first_month,
        end_month,
        'closing_arr' as metric
    from {{ ref('int_items_valued_at_plan_rates') }}

    union all

    select
        account_id,
        product_id,
        item_id,
        is_adjustment,
        is_held,
        source_account_id,
        currency,
        local_arr,
        plan_rate,
        arr,
        first_month,
        end_month,
        'opening_arr_12m' as metric
    from {{ ref('int_items_looked_back_at') }}
    where lag_months = 12

)

select
    closed_months.month_start,
    items.metric,
    items.account_id,
    items.product_id,
    items.item_id,
    items.is_adjustment,
    items.is_held,
    items.source_account_id,
    accounts.parent_account_id as source_parent_account_id,
    accounts.merged_into_account_id as source_merged_into_account_id,
    items.currency,
    items.local_arr,
    items.plan_rate,
    items.arr
from items
inner join closed_months
    on
        items.first_month <= closed_months.month_number
        and items.end_month > closed_months.month_number
inner join accounts on items.source_account_id = accounts.account_id
