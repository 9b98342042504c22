with

valued as (

    select * from {{ ref('int_balances_valued_at_plan_rates') }}

),

revalued as (

    select * from {{ ref('int_balances_revalued_at_new_rates') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

starts_and_ends as (

    select
        account_id,
        product_id,
        first_month as month_number,
        arr,
        list_arr,
        quantity,
        is_held,
        cast(0 as decimal(18, 2)) as fx_arr,
        cast(0 as decimal(18, 2)) as fx_list_arr
    from valued

    union all

    select
        account_id,
        product_id,
        end_month as month_number,
        -arr as arr,
        -list_arr as list_arr,
        -quantity as quantity,
        -is_held as is_held,
        cast(0 as decimal(18, 2)) as fx_arr,
        cast(0 as decimal(18, 2)) as fx_list_arr
    from valued

    union all

    select
        account_id,
        product_id,
        month_number,
        cast(0 as decimal(18, 2)) as arr,
        cast(0 as decimal(18, 2)) as list_arr,
        cast(0 as decimal(18, 6)) as quantity,
        0 as is_held,
        fx_arr,
        fx_list_arr
    from revalued

),

changes as (

    select
        account_id,
        product_id,
        month_number,
        cast(sum(arr) as decimal(18, 2)) as arr_change,
        cast(sum(list_arr) as decimal(18, 2)) as list_arr_change,
        cast(sum(quantity) as decimal(24, 6)) as quantity_change,
        cast(sum(is_held) as integer) as held_change,
        cast(sum(fx_arr) as decimal(18, 2)) as fx_arr,
        cast(sum(fx_list_arr) as decimal(18, 2)) as fx_list_arr
    from starts_and_ends
    group by account_id, product_id, month_number

),

balances as (

    select
        changes.*,
        sum(changes.arr_change) over months_in_order as closing_arr,
        sum(changes.list_arr_change) over months_in_order as closing_list_arr,
        sum(changes.quantity_change) over months_in_order as closing_quantity,
        sum(changes.held_change) over months_in_order as held_balances,
        lead(changes.month_number) over months_in_order as next_month
    from changes
    cross join policy
    where changes.month_number <= policy.last_month
    window
        months_in_order as (
            partition by changes.account_id, changes.product_id
            order by changes.month_number
        )

)

select
    balances.account_id,
    balances.product_id,
    balances.month_number,
    coalesce(balances.next_month, policy.last_month + 1) as next_month,
    balances.arr_change,
    balances.fx_arr,
    balances.held_change,
    balances.held_balances > 0 as is_in_grace,
    -- What was there the month before, at this month's rates.
    cast(
        balances.closing_arr - balances.arr_change + balances.fx_arr as decimal(18, 2)
    ) as opening_arr,
    cast(balances.closing_arr as decimal(18, 2)) as closing_arr,
    cast(
        balances.closing_list_arr - balances.list_arr_change + balances.fx_list_arr
        as decimal(18, 2)
    ) as opening_list_arr,
    cast(balances.closing_list_arr as decimal(18, 2)) as closing_list_arr,
    cast(
        balances.closing_quantity - balances.quantity_change as decimal(24, 6)
    ) as opening_quantity,
    cast(balances.closing_quantity as decimal(24, 6)) as closing_quantity
from balances
cross join policy
