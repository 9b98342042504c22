with

fx_rates as (

    select * from {{ ref('stg_billing__fx_rates') }}
    where rate_type = 'plan'

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

sampled as (

    select
        fx_rates.currency,
        fx_rates.rate,
        {{ sampled_month('fx_rates.valid_from') }} as first_month,
        row_number() over (
            partition by fx_rates.currency, {{ sampled_month('fx_rates.valid_from') }}
            order by fx_rates.valid_from desc
        ) as recency
    from fx_rates
    cross join policy
    where fx_rates.currency <> policy.reporting_currency

),

in_order as (

    select
        currency,
        rate,
        first_month,
        lag(rate) over (partition by currency order by first_month) as previous_rate,
        lead(first_month) over (partition by currency order by first_month) as end_month
    from sampled
    where recency = 1

)

-- Before the first rate there is the first rate: month 0 is before any contract.
select
    in_order.currency,
    in_order.rate,
    in_order.previous_rate,
    case
        when in_order.previous_rate is null then 0 else in_order.first_month
    end as first_month,
    case
        when in_order.end_month <= policy.last_month then in_order.end_month
        else policy.last_month + 1
    end as end_month
from in_order
cross join policy
where in_order.previous_rate is null or in_order.first_month <= policy.last_month

union all

select
    policy.reporting_currency as currency,
    cast(1 as decimal(18, 10)) as rate,
    cast(null as decimal(18, 10)) as previous_rate,
    0 as first_month,
    policy.last_month + 1 as end_month
from policy
