with

lines as (

    select * from {{ ref('int_product_lines_changed_in_months') }}

),

steps as (

    select * from {{ ref('int_contracted_steps_resolved_to_items') }}

),

product_months as (

    select distinct
        account_id,
        product_id,
        month_number
    from lines

),

rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}

),

-- A step moves the opening first: what it started is there, what it ended is not.
moved as (

    select * from lines

    union all

    select
        steps.account_id,
        steps.product_id,
        steps.month_number,
        -steps.direction as direction,
        steps.item_id,
        steps.is_adjustment,
        steps.subscription_id,
        steps.currency,
        steps.quantity,
        steps.unit_list_arr,
        steps.list_arr,
        steps.arr
    from steps
    inner join product_months
        on
            steps.account_id = product_months.account_id
            and steps.product_id = product_months.product_id
            and steps.month_number = product_months.month_number

),

netted as (

    select
        account_id,
        product_id,
        month_number,
        item_id,
        is_adjustment,
        subscription_id,
        currency,
        quantity,
        unit_list_arr,
        list_arr,
        arr,
        sum(direction) as direction
    from moved
    group by
        account_id,
        product_id,
        month_number,
        item_id,
        is_adjustment,
        subscription_id,
        currency,
        quantity,
        unit_list_arr,
        list_arr,
        arr

)

select
    netted.account_id,
    netted.product_id,
    netted.month_number,
    cast(netted.direction as integer) as direction,
    netted.item_id,
    netted.is_adjustment,
    netted.subscription_id,
    netted.currency,
    netted.quantity,
    netted.unit_list_arr,
    {{ to_reporting_currency('netted.list_arr', 'rates.rate') }} as list_arr,
    {{ to_reporting_currency('netted.arr', 'rates.rate') }} as arr
from netted
inner join rates
    on
        netted.currency = rates.currency
        and netted.month_number >= rates.first_month
        and netted.month_number < rates.end_month
where netted.direction <> 0
