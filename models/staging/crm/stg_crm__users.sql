with

admitted as (

    {{ admitted('crm__users') }}

)

select
    user_id,
    user_name,
    role,
    team,
    is_active,
    started_on,
    ended_on,
    weekly_capacity
from admitted
