with

admitted as (

    {{ admitted('crm__contacts') }}

)

select
    contact_id,
    account_id,
    job_title,
    seniority,
    buying_role,
    is_active,
    left_on
from admitted
