with

admitted as (

    {{ admitted('billing__subscription_statuses') }}

)

select
    subscription_id,
    status,
    valid_from,
    valid_to
from admitted
