-- Which accounts are behind a cell of the bridge, what drove each, and which contract
-- lines are it? Choose the cell in the first step: any amount of arr_bridge_months. A
-- count is the accounts of its amount, n_accounts those with closing_arr above 0. Lines
-- add up to their account to the cent, drivers to an expansion or a contraction. Price
-- and interval are as the raw row has them.
with

cell as (

    select
        'company' as scope_type,
        'all' as scope_value,
        'expansion_arr' as column_name,
        max(month_start) as month_start
    from {{ ref('arr_bridge_months') }}

),

accounts as (

    select
        accounts.scope_type,
        accounts.scope_value,
        accounts.month_start,
        accounts.account_id,
        accounts.movement,
        cell.column_name,
        case cell.column_name
            when 'opening_arr' then accounts.opening_arr
            when 'fx_arr' then accounts.fx_arr
            when 'closing_arr' then accounts.closing_arr
            when concat(accounts.movement, '_arr') then accounts.moved_arr
            else 0
        end as cell_arr
    from {{ ref('arr_bridge_accounts') }} as accounts
    inner join cell
        on
            accounts.scope_type = cell.scope_type
            and accounts.scope_value = cell.scope_value
            and accounts.month_start = cell.month_start

),

products as (

    select * from {{ ref('products') }}

),

drivers as (

    select * from {{ ref('expansion_drivers') }}

),

lines as (

    select * from {{ ref('arr_item_changes') }}
    where lag_months = 1

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
        accounts.account_id,
        accounts.scope_type,
        accounts.scope_value,
        accounts.cell_arr,
        'driver' as part,
        drivers.product_id,
        drivers.driver as detail,
        drivers.arr_delta as part_arr
    from accounts
    inner join drivers
        on
            accounts.account_id = drivers.account_id
            and accounts.month_start = drivers.month_start
    where
        accounts.column_name in ('expansion_arr', 'contraction_arr')
        and accounts.cell_arr <> 0

    union all

    select
        accounts.account_id,
        accounts.scope_type,
        accounts.scope_value,
        accounts.cell_arr,
        'contract line' as part,
        lines.product_id,
        lines.item_id as detail,
        case accounts.column_name
            when 'opening_arr' then lines.opening_arr
            when 'fx_arr' then lines.fx_arr
            when 'closing_arr' then lines.closing_arr
            else lines.moved_arr
        end as part_arr
    from accounts
    inner join lines
        on
            accounts.account_id = lines.account_id
            and accounts.month_start = lines.month_start
    where accounts.cell_arr <> 0

)

select
    parts.account_id,
    parts.cell_arr,
    parts.part,
    parts.product_id,
    parts.detail,
    parts.part_arr,
    raw_lines.unit_price,
    raw_lines.billing_interval,
    raw_lines.interval_count
from parts
inner join products on parts.product_id = products.product_id
left join raw_lines on parts.part = 'contract line' and parts.detail = raw_lines.item_id
where
    parts.part_arr <> 0
    and (
        parts.scope_type <> 'product_family'
        or parts.scope_value = products.product_family
    )
order by
    abs(parts.cell_arr) desc,
    parts.account_id asc,
    parts.part desc,
    parts.product_id asc,
    parts.detail asc
