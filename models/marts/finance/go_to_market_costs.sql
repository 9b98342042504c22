with

costs as (

    select * from {{ ref('int_go_to_market_costs_converted') }}

)

select
    month_start,
    function,
    motion,
    cost
from costs
