-- Which accounts are behind a retention, and which contract lines behind their opening
-- and closing? Choose the cell in the first step. An opening is at the rates of today, its
-- lines at those of then; price and interval are as the raw row has them.
with

cell as (

    select
        'company' as scope_type,
        'all' as scope_value,
        12 as lag_months,
        max(month_start) as month_start
    from {{ ref('retention_months') }}

),

accounts as (

    select
        accounts.*,
        cast(
            {{ dbt.dateadd('month', '-cell.lag_months', 'cell.month_start') }} as date
        ) as opening_month_start
    from {{ ref('retention_accounts') }} as accounts
    inner join cell
        on
            accounts.scope_type = cell.scope_type
            and accounts.scope_value = cell.scope_value
            and accounts.lag_months = cell.lag_months
            and accounts.month_start = cell.month_start

),

products as (

    select * from {{ ref('products') }}

),

lines as (

    select * from {{ ref('arr_item_months') }}

),

raw_lines as (

    select distinct
        item_id,
        billing_interval,
        interval_count,
        unit_price
    from {{ source('raw', 'billing__subscription_items') }}

),

account_lines as (

    select
        accounts.account_id,
        accounts.opening_arr,
        accounts.closing_arr,
        lines.product_id,
        lines.item_id,
        lines.subscription_id,
        lines.is_held,
        lines.quantity,
        lines.currency,
        lines.local_arr,
        lines.plan_rate,
        lines.closing_arr as line_arr,
        case
            when lines.month_start = accounts.month_start then 'closing'
            else 'opening'
        end as part
    from accounts
    inner join lines
        on
            accounts.account_id = lines.account_id
            and (
                lines.month_start = accounts.opening_month_start
                or (
                    lines.month_start = accounts.month_start
                    and accounts.closing_arr <> 0
                )
            )
    inner join products on lines.product_id = products.product_id
    where
        accounts.scope_type <> 'product_family'
        or accounts.scope_value = products.product_family

)

select
    account_lines.*,
    raw_lines.unit_price,
    raw_lines.billing_interval,
    raw_lines.interval_count
from account_lines
left join raw_lines on account_lines.item_id = raw_lines.item_id
order by
    abs(account_lines.closing_arr - account_lines.opening_arr) desc,
    account_lines.account_id asc,
    account_lines.part desc,
    account_lines.item_id asc
