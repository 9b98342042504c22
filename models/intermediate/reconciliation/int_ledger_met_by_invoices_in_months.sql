with

ledger as (

    select
        *,
        {{ month_number('month_start') }} as month_number
    from {{ ref('stg_finance__gl_revenue') }}
    where gl_class in ('recurring', 'usage')

),

line_months as (

    select * from {{ ref('int_invoice_lines_spread_to_months') }}

),

spot_rates as (

    select * from {{ ref('int_spot_rates_averaged_to_months') }}

),

plan_rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}

),

local_amounts as (

    select
        month_number,
        currency,
        gl_class as measure,
        amount
    from ledger

    union all

    select
        month_number,
        currency,
        case when is_usage then 'usage_billed' else 'billed' end as measure,
        amount
    from line_months

),

summed as (

    select
        month_number,
        currency,
        measure,
        cast(sum(amount) as decimal(18, 2)) as amount
    from local_amounts
    group by month_number, currency, measure

),

-- A currency without spot rates is translated at the plan rate: then there is no fx.
valued as (

    select
        summed.month_number,
        summed.measure,
        {{ to_reporting_currency(
            'summed.amount', 'coalesce(spot_rates.rate, plan_rates.rate)'
        ) }} as amount
    from summed
    inner join plan_rates
        on
            summed.currency = plan_rates.currency
            and summed.month_number >= plan_rates.first_month
            and summed.month_number < plan_rates.end_month
    left join spot_rates
        on
            summed.currency = spot_rates.currency
            and summed.month_number >= spot_rates.first_month
            and summed.month_number < spot_rates.end_month

)

select
    month_number,
    cast(sum(case when measure = 'recurring' then amount end) as decimal(18, 2))
        as recurring_revenue,
    cast(
        coalesce(sum(case when measure = 'usage' then amount end), 0) as decimal(18, 2)
    ) as usage_revenue,
    cast(sum(case when measure = 'billed' then amount end) as decimal(18, 2))
        as billed_at_spot,
    cast(
        coalesce(sum(case when measure = 'usage_billed' then amount end), 0)
        as decimal(18, 2)
    ) as usage_billed_at_spot
from valued
group by month_number
