with

costs as (

    select
        *,
        {{ month_number('month_start') }} as month_number
    from {{ ref('stg_finance__gtm_costs') }}

),

rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}

)

-- Rates end with the last month, and so do the costs.
select
    costs.month_number,
    costs.month_start,
    costs.function,
    costs.motion,
    cast(
        {{ to_reporting_currency(
            'cast(round(costs.amount, 2) as decimal(18, 2))', 'rates.rate'
        ) }} as decimal(18, 2)
    ) as cost
from costs
inner join rates
    on
        costs.currency = rates.currency
        and costs.month_number >= rates.first_month
        and costs.month_number < rates.end_month
