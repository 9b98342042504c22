with

admitted as (

    {{ admitted('finance__period_closes') }}

)

select
    month_start,
    closed_on,
    closed_by
from admitted
