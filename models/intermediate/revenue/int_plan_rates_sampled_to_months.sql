with

fx_rates as (

    select * from {{ ref('stg_billing__fx_rates') }}
    where rate_type = 'plan'

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

ranked as (

    select
        fx_rates.currency,
        fx_rates.rate,
        {{ sampled_month('fx_rates.valid_from') }} as first_month,
        row_number() over (
            partition by fx_rates.currency order by fx_rates.valid_from
        ) as place,
        row_number() over (
            partition by fx_rates.currency, {{ sampled_month('fx_rates.valid_from') }}
            order by fx_rates.valid_from desc
        ) as recency
    from fx_rates
    cross join policy
    where fx_rates.currency <> policy.reporting_currency

),

-- Before the first rate there is the first rate: month 0 is before any contract.
sampled as (

    select
        currency,
        rate,
        0 as first_month
    from ranked
    where place = 1

    union all

    select
        ranked.currency,
        ranked.rate,
        ranked.first_month
    from ranked
    cross join policy
    where ranked.recency = 1 and ranked.first_month <= policy.last_month

),

compared as (

    select
        currency,
        rate,
        first_month,
        lag(rate) over (partition by currency order by first_month) as previous_rate
    from sampled

),

changed as (

    select
        currency,
        rate,
        previous_rate,
        first_month,
        lead(first_month) over (partition by currency order by first_month) as end_month
    from compared
    where previous_rate is null or previous_rate <> rate

)

select
    changed.currency,
    changed.rate,
    changed.previous_rate,
    changed.first_month,
    coalesce(changed.end_month, policy.last_month + 1) as end_month
from changed
cross join policy

union all

select
    policy.reporting_currency as currency,
    cast(1 as decimal(18, 10)) as rate,
    cast(null as decimal(18, 10)) as previous_rate,
    0 as first_month,
    policy.last_month + 1 as end_month
from policy
