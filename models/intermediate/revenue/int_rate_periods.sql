with

rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

boundaries as (

    select distinct first_month from rates

),

periods as (

    select
        boundaries.first_month as period_from,
        coalesce(
            lead(boundaries.first_month) over (order by boundaries.first_month),
            policy.last_month + 1
        ) as period_to
    from boundaries
    cross join policy

)

-- One division of time for all currencies: no rate changes within a period.
select
    rates.currency,
    rates.rate,
    periods.period_from,
    periods.period_to
from periods
inner join rates
    on
        periods.period_from >= rates.first_month
        and periods.period_from < rates.end_month
