-- Which accounts are behind a movement, what drove each, and which contract lines came
-- or went? Choose the cell in the first step.
with

cell as (

    select
        'company' as scope_type,
        'all' as scope_value,
        'expansion' as movement,
        max(month_start) as month_start,
        cast({{ dbt.dateadd('month', -1, 'max(month_start)') }} as date)
            as month_before
    from {{ ref('arr_bridge_months') }}

),

accounts as (

    select
        accounts.*,
        cell.month_before
    from {{ ref('arr_bridge_accounts') }} as accounts
    inner join cell
        on
            accounts.scope_type = cell.scope_type
            and accounts.scope_value = cell.scope_value
            and accounts.movement = cell.movement
            and accounts.month_start = cell.month_start

),

products as (

    select * from {{ ref('products') }}

),

drivers as (

    select * from {{ ref('expansion_drivers') }}

),

lines as (

    select * from {{ ref('arr_item_months') }}

),

account_drivers as (

    select
        accounts.account_id,
        accounts.scope_type,
        accounts.scope_value,
        accounts.moved_arr,
        drivers.product_id,
        'driver' as part,
        drivers.driver as detail,
        drivers.arr_delta
    from accounts
    inner join drivers
        on
            accounts.account_id = drivers.account_id
            and accounts.month_start = drivers.month_start

),

-- A line that neither came, went nor changed adds up to nothing.
account_lines as (

    select
        accounts.account_id,
        accounts.scope_type,
        accounts.scope_value,
        accounts.moved_arr,
        lines.product_id,
        'contract line' as part,
        lines.item_id as detail,
        sum(
            case
                when lines.month_start = accounts.month_start then lines.closing_arr
                else -lines.closing_arr
            end
        ) as arr_delta
    from accounts
    inner join lines
        on
            accounts.account_id = lines.account_id
            and accounts.month_before <= lines.month_start
            and accounts.month_start >= lines.month_start
    group by
        accounts.account_id,
        accounts.scope_type,
        accounts.scope_value,
        accounts.moved_arr,
        lines.product_id,
        lines.item_id

),

parts as (

    select * from account_drivers
    union all
    select * from account_lines

)

select
    parts.account_id,
    parts.moved_arr,
    parts.part,
    parts.product_id,
    parts.detail,
    parts.arr_delta
from parts
inner join products on parts.product_id = products.product_id
where
    parts.arr_delta <> 0
    and (
        parts.scope_type <> 'product_family'
        or parts.scope_value = products.product_family
    )
order by
    abs(parts.moved_arr) desc,
    parts.account_id asc,
    parts.part desc,
    parts.product_id asc,
    parts.detail asc
