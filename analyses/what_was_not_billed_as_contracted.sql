-- What was billed otherwise than contracted in the last three months, and why?
with

billing as (

    select * from {{ ref('reconciliation_billing_months') }}
    where reason not in ('agrees', 'timing')

),

accounts as (

    select * from {{ ref('accounts') }}

),

last_months as (

    select {{ dbt.dateadd('month', -2, 'max(month_start)') }} as first_month
    from billing

)

select
    billing.month_start,
    billing.account_id,
    accounts.account_name,
    billing.product_id,
    billing.reason,
    billing.billed_amount,
    billing.contracted_amount,
    billing.difference
    - billing.mid_month_amount
    - billing.timing_amount as difference_without_timing
from billing
inner join last_months on billing.month_start >= last_months.first_month
inner join accounts on billing.account_id = accounts.account_id
order by abs(difference_without_timing) desc, billing.month_start asc
