with

product_months as (

    select * from {{ ref('int_balance_changes_summed_to_product_months') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

changes as (

    select
        account_id,
        month_number,
        cast(sum(arr_change) as decimal(18, 2)) as arr_change,
        cast(sum(fx_arr) as decimal(18, 2)) as fx_arr,
        cast(sum(held_change) as integer) as held_change
    from product_months
    group by account_id, month_number

),

balances as (

    select
        account_id,
        month_number,
        arr_change,
        fx_arr,
        cast(sum(arr_change) over months_in_order as decimal(18, 2)) as closing_arr,
        sum(held_change) over months_in_order as held_balances,
        lead(month_number) over months_in_order as next_month
    from changes
    window
        months_in_order as (partition by account_id order by month_number)

),

with_history as (

    select
        *,
        closing_arr - arr_change as opening_arr,
        max(closing_arr) over (
            partition by account_id
            order by month_number
            rows between unbounded preceding and 1 preceding
        ) > 0 as had_arr_before
    from balances

),

-- A returning account also satisfies "closing > opening": most specific first.
classified as (

    select
        *,
        case
            when opening_arr <= 0 and closing_arr > 0 and had_arr_before
                then 'reactivation'
            when opening_arr <= 0 and closing_arr > 0 then 'new'
            when opening_arr > 0 and closing_arr <= 0 then 'churn'
            when arr_change > fx_arr then 'expansion'
            when arr_change < fx_arr then 'contraction'
        end as movement
    from with_history

)

select
    classified.account_id,
    classified.month_number,
    coalesce(classified.next_month, policy.last_month + 1) as next_month,
    classified.movement,
    cast(classified.opening_arr as decimal(18, 2)) as opening_arr,
    cast(classified.arr_change - classified.fx_arr as decimal(18, 2)) as moved_arr,
    cast(classified.fx_arr as decimal(18, 2)) as fx_arr,
    cast(classified.closing_arr as decimal(18, 2)) as closing_arr,
    classified.held_balances > 0 as is_in_grace
from classified
cross join policy
