with

admitted as (

    {{ admitted('finance__gtm_costs') }}

)

select
    month_start,
    function,
    motion,
    amount,
    currency
from admitted
