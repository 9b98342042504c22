-- Where do the books differ, by how much, and in which months did they before?
with

summary as (

    select * from {{ ref('reconciliation_summary') }}

)

select
    reconciliation,
    state,
    month_start,
    difference,
    tolerance,
    worst_month,
    detail
from summary
order by
    case state when 'differs' then 1 when 'not_available' then 2 else 3 end,
    reconciliation
