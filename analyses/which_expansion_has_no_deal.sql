-- Which expansion has no deal, and which won deal brought none?
with

matches as (

    select * from {{ ref('reconciliation_deals') }}
    where status <> 'matched' or reason = 'amount_differs'

)

select
    month_start,
    account_id,
    opportunity_id,
    status,
    reason,
    deal_arr,
    movement_arr,
    difference
from matches
order by month_start desc, abs(difference) desc
