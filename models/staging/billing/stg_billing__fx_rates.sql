with

admitted as (

    {{ admitted('billing__fx_rates') }}

)

select
    currency,
    rate_type,
    valid_from,
    rate
from admitted
