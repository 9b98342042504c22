-- Which accounts are behind a retention, and which contract lines behind their opening,
-- closing and, for flow retention, movements? Choose the cell in the first step: any
-- metric of retention_months. Lines add up to their part of the account to the cent:
-- those of an opening are what they were then, at the rates of the month. Price
-- and interval are as the raw row has them.
with

cell as (

    select
        'company' as scope_type,
        'all' as scope_value,
        'net_revenue_retention_12m' as metric_id,
        max(month_start) as month_start
    from {{ ref('retention_months') }}

),

lagged as (

    select
        cell.*,
        case
            when cell.metric_id like '%_12m' then 12
            when cell.metric_id like '%_3m' then 3
            else 1
        end as lag_months
    from cell

),

accounts as (

    select
        accounts.*,
        lagged.metric_id
    from {{ ref('retention_accounts') }} as accounts
    inner join lagged
        on
            accounts.scope_type = lagged.scope_type
            and accounts.scope_value = lagged.scope_value
            and accounts.lag_months = lagged.lag_months
            and accounts.month_start = lagged.month_start

),

-- Flow retention has the movements of all accounts, in the cohort or not.
moved_accounts as (

    select
        accounts.scope_type,
        accounts.scope_value,
        accounts.account_id,
        accounts.month_start,
        accounts.moved_arr
    from {{ ref('arr_bridge_accounts') }} as accounts
    inner join lagged
        on
            accounts.scope_type = lagged.scope_type
            and accounts.scope_value = lagged.scope_value
            and accounts.month_start <= lagged.month_start
            and accounts.month_start
            > {{ dbt.dateadd('month', -12, 'lagged.month_start') }}
    where
        lagged.metric_id = 'nrr_flow_12m'
        and accounts.movement in ('expansion', 'contraction', 'churn')

),

products as (

    select * from {{ ref('products') }}

),

lines as (

    select * from {{ ref('arr_item_changes') }}

),

raw_lines as (

    select distinct
        item_id,
        billing_interval,
        interval_count,
        unit_price
    from {{ source('raw', 'billing__subscription_items') }}

),

parts as (

    select
        accounts.scope_type,
        accounts.scope_value,
        accounts.account_id,
        lines.month_start,
        'opening' as part,
        accounts.opening_arr as account_arr,
        lines.product_id,
        lines.item_id,
        lines.subscription_id,
        lines.currency,
        lines.opening_quantity as quantity,
        lines.revalued_opening_arr as line_arr
    from accounts
    inner join lines
        on
            accounts.account_id = lines.account_id
            and accounts.month_start = lines.month_start
            and accounts.lag_months = lines.lag_months
    where accounts.opening_arr <> 0

    union all

    select
        accounts.scope_type,
        accounts.scope_value,
        accounts.account_id,
        lines.month_start,
        'closing' as part,
        accounts.closing_arr as account_arr,
        lines.product_id,
        lines.item_id,
        lines.subscription_id,
        lines.currency,
        lines.closing_quantity as quantity,
        lines.closing_arr as line_arr
    from accounts
    inner join lines
        on
            accounts.account_id = lines.account_id
            and accounts.month_start = lines.month_start
            and accounts.lag_months = lines.lag_months
    where accounts.closing_arr <> 0 and accounts.metric_id <> 'nrr_flow_12m'

    union all

    select
        accounts.scope_type,
        accounts.scope_value,
        accounts.account_id,
        lines.month_start,
        'movement' as part,
        accounts.moved_arr as account_arr,
        lines.product_id,
        lines.item_id,
        lines.subscription_id,
        lines.currency,
        lines.closing_quantity - lines.opening_quantity as quantity,
        lines.moved_arr as line_arr
    from moved_accounts as accounts
    inner join lines
        on
            accounts.account_id = lines.account_id
            and accounts.month_start = lines.month_start
            and lines.lag_months = 1

)

select
    parts.account_id,
    parts.month_start,
    parts.part,
    parts.account_arr,
    parts.product_id,
    parts.item_id,
    parts.subscription_id,
    parts.currency,
    parts.quantity,
    parts.line_arr,
    raw_lines.unit_price,
    raw_lines.billing_interval,
    raw_lines.interval_count
from parts
inner join products on parts.product_id = products.product_id
left join raw_lines on parts.item_id = raw_lines.item_id
where
    parts.line_arr <> 0
    and (
        parts.scope_type <> 'product_family'
        or parts.scope_value = products.product_family
    )
order by
    parts.account_id asc,
    parts.month_start asc,
    parts.part desc,
    parts.item_id asc
