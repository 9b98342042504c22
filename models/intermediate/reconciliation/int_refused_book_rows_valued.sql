with

incomplete as (

    select * from {{ ref('incomplete_keys') }}
    where key_type = 'company'

),

rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

)

select
    incomplete.unknown_figure as reconciliation,
    incomplete.table_name,
    incomplete.row_key,
    incomplete.valid_to as reaches_to,
    cast(
        {{ to_reporting_currency('abs(incomplete.amount)', 'rates.rate') }}
        as decimal(18, 2)
    ) as amount
from incomplete
cross join policy
left join rates
    on
        incomplete.currency = rates.currency
        and policy.last_month >= rates.first_month
        and policy.last_month < rates.end_month
