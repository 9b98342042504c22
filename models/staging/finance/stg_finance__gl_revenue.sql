with

admitted as (

    {{ admitted('finance__gl_revenue') }}

)

select
    month_start,
    gl_class,
    amount,
    currency
from admitted
