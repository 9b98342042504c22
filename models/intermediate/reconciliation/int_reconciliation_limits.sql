with

finance_policy as (

    select * from {{ ref('stg_policy__finance_policy') }}

),

metric_policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

)

select
    finance_policy.billing_line_tolerance,
    finance_policy.billing_tolerance_rate,
    finance_policy.ledger_tolerance_rate,
    finance_policy.crm_match_days,
    finance_policy.deal_amount_tolerance_rate,
    finance_policy.deals_tolerance_rate,
    metric_policy.as_of_date,
    metric_policy.last_balance_on
from finance_policy
cross join metric_policy
