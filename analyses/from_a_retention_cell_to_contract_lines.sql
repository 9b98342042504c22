-- Which accounts are behind a retention, and which contract lines behind their opening
-- and closing? Choose the cell in the first step. Lines add up to their part to the
-- cent: those of an opening are what they were then, at the rates of the month. An
-- opening has lines over 12 months only; over 3 or 1 it ends at the accounts. Price and
-- interval are as the raw row has them.
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

    select accounts.*
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

    select
        account_id,
        month_start,
        'closing' as part,
        product_id,
        item_id,
        subscription_id,
        is_held,
        quantity,
        currency,
        local_arr,
        plan_rate,
        closing_arr as line_arr
    from {{ ref('arr_item_months') }}

    union all

    select
        account_id,
        month_start,
        'opening' as part,
        product_id,
        item_id,
        subscription_id,
        is_held,
        quantity,
        currency,
        local_arr,
        plan_rate,
        opening_arr_12m as line_arr
    from {{ ref('opening_item_months') }}

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
        accounts.opening_arr,
        accounts.closing_arr,
        lines.*
    from accounts
    inner join lines
        on
            accounts.account_id = lines.account_id
            and accounts.month_start = lines.month_start
    inner join products on lines.product_id = products.product_id
    where
        (
            (lines.part = 'closing' and accounts.closing_arr <> 0)
            or (lines.part = 'opening' and accounts.lag_months = 12)
        )
        and (
            accounts.scope_type <> 'product_family'
            or accounts.scope_value = products.product_family
        )

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
