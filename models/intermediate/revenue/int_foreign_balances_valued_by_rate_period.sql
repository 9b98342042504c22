with

balances as (

    select * from {{ ref('int_balances_sampled_to_months') }}

),

periods as (

    select * from {{ ref('int_rate_periods') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

foreign_accounts as (

    select distinct balances.account_id
    from balances
    cross join policy
    where balances.currency <> policy.reporting_currency

)

-- What an account had is valued in each period it is looked back at from, up to twelve
-- months later. One that has only the reporting currency is worth the same in all.
select
    balances.account_id,
    balances.product_id,
    periods.period_from,
    periods.period_to,
    balances.first_month,
    balances.end_month,
    {{ to_reporting_currency('balances.arr', 'periods.rate') }} as arr
from balances
inner join foreign_accounts on balances.account_id = foreign_accounts.account_id
inner join periods
    on
        balances.currency = periods.currency
        and balances.first_month < periods.period_to
        and balances.end_month + 12 > periods.period_from
