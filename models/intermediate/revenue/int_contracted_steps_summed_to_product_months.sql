with

steps as (

    select * from {{ ref('int_contracted_steps_resolved_to_items') }}

),

rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}

)

select
    steps.account_id,
    steps.product_id,
    steps.month_number,
    cast(
        sum(steps.direction * {{ to_reporting_currency('steps.arr', 'rates.rate') }})
        as decimal(18, 2)
    ) as step_arr
from steps
inner join rates
    on
        steps.currency = rates.currency
        and steps.month_number >= rates.first_month
        and steps.month_number < rates.end_month
group by steps.account_id, steps.product_id, steps.month_number
