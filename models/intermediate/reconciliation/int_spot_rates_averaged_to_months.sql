with

fx_rates as (

    select * from {{ ref('stg_billing__fx_rates') }}
    where rate_type = 'spot'

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

averaged as (

    select
        fx_rates.currency,
        {{ month_number('fx_rates.valid_from') }} as month_number,
        cast(avg(fx_rates.rate) as decimal(18, 10)) as rate
    from fx_rates
    cross join policy
    where
        fx_rates.currency <> policy.reporting_currency
        and fx_rates.valid_from <= policy.last_balance_on
    group by fx_rates.currency, {{ month_number('fx_rates.valid_from') }}

),

placed as (

    select
        *,
        lag(month_number) over months_in_order as previous_month,
        lead(month_number) over months_in_order as next_month
    from averaged
    window months_in_order as (partition by currency order by month_number)

)

-- Before the first rate there is the first rate: month 0 is before any ledger.
select
    placed.currency,
    placed.rate,
    case when placed.previous_month is null then 0 else placed.month_number end
        as first_month,
    coalesce(placed.next_month, policy.last_month + 1) as end_month
from placed
cross join policy
