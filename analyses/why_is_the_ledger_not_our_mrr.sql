-- Why is the recurring revenue of the ledger not our average MRR, month by month?
with

ledger as (

    select * from {{ ref('reconciliation_ledger_months') }}

)

select
    month_start,
    recurring_revenue,
    average_mrr,
    difference,
    mid_month_amount,
    timing_amount,
    price_amount + quantity_amount as price_and_quantity_amount,
    unbilled_amount,
    held_amount,
    billed_without_contract_amount,
    credit_amount,
    fx_amount,
    usage_amount,
    unexplained_amount,
    unexplained_rate
from ledger
order by month_start desc
limit 13
