with

movements as (

    select * from {{ ref('int_movements_stacked_by_group') }}

),

scopes as (

    select * from {{ ref('int_scope_groups_spread_to_scopes') }}

),

months as (

    select * from {{ ref('int_months') }}

),

-- In its month a movement, after it the balance it left, until the next.
standing as (

    select
        movements.*,
        months.month_start,
        movements.month_number = months.month_number as has_moved
    from movements
    inner join months
        on
            movements.month_number <= months.month_number
            and movements.next_month > months.month_number
    where movements.month_number = months.month_number or movements.closing_arr <> 0

),

account_months as (

    select
        account_id,
        group_id,
        month_start,
        case when has_moved then opening_arr else closing_arr end as opening_arr,
        case when has_moved then movement end as movement,
        case when has_moved then moved_arr else 0 end as moved_arr,
        case when has_moved then fx_arr else 0 end as fx_arr,
        closing_arr
    from standing

)

select
    scopes.scope_type,
    scopes.scope_value,
    account_months.month_start,
    account_months.account_id,
    account_months.opening_arr,
    account_months.movement,
    cast(account_months.moved_arr as decimal(18, 2)) as moved_arr,
    cast(account_months.fx_arr as decimal(18, 2)) as fx_arr,
    account_months.closing_arr
from account_months
inner join scopes on account_months.group_id = scopes.group_id
