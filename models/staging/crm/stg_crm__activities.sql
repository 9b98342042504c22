with

admitted as (

    {{ admitted('crm__activities') }}

)

select
    activity_id,
    account_id,
    contact_id,
    user_id,
    activity_type,
    is_two_way,
    occurred_on
from admitted
