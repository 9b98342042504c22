with

balances as (

    select * from {{ ref('int_balances_sampled_to_months') }}

),

items as (

    select * from {{ ref('int_arr_items_resolved_to_accounts') }}

),

rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}

),

-- A balance is a new one whenever an item starts or ends: those in force on its first
-- day are in force throughout. What is held was in force on the day before the gap.
in_force as (

    select
        items.account_id,
        items.product_id,
        items.item_id,
        items.is_adjustment,
        items.subscription_id,
        items.source_account_id,
        items.source_product_id,
        items.currency,
        items.quantity,
        items.arr as local_arr,
        balances.is_held = 1 as is_held,
        balances.first_month,
        balances.end_month,
        sum(items.arr) over (
            partition by
                items.account_id,
                items.product_id,
                items.currency,
                balances.valid_from,
                balances.is_held
            order by items.is_adjustment, items.item_id
            rows between unbounded preceding and current row
        ) as local_arr_up_to
    from balances
    inner join items
        on
            balances.account_id = items.account_id
            and balances.product_id = items.product_id
            and balances.currency = items.currency
            and (
                (
                    balances.is_held = 0
                    and balances.valid_from >= items.valid_from
                    and (items.valid_to is null or balances.valid_from < items.valid_to)
                )
                or (
                    balances.is_held = 1
                    and balances.valid_from > items.valid_from
                    and (
                        items.valid_to is null
                        or balances.valid_from <= items.valid_to
                    )
                )
            )

)

-- Cents are rounded once per balance: the differences of what is rounded up to each
-- item add up to it.
select
    in_force.account_id,
    in_force.product_id,
    in_force.item_id,
    in_force.is_adjustment,
    in_force.is_held,
    in_force.subscription_id,
    in_force.source_account_id,
    in_force.source_product_id,
    in_force.currency,
    in_force.quantity,
    in_force.local_arr,
    rates.rate as plan_rate,
    greatest(in_force.first_month, rates.first_month) as first_month,
    least(in_force.end_month, rates.end_month) as end_month,
    cast(
        {{ to_reporting_currency('in_force.local_arr_up_to', 'rates.rate') }}
        - {{ to_reporting_currency(
            '(in_force.local_arr_up_to - in_force.local_arr)', 'rates.rate'
        ) }} as decimal(18, 2)
    ) as arr
from in_force
inner join rates
    on
        in_force.currency = rates.currency
        and in_force.first_month < rates.end_month
        and in_force.end_month > rates.first_month
