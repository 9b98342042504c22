with

admitted as (

    {{ admitted('finance__reported_metrics') }}

)

select
    month_start,
    metric,
    value
from admitted
