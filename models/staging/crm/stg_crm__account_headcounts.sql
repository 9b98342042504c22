with

admitted as (

    {{ admitted('crm__account_headcounts') }}

)

select
    account_id,
    observed_on,
    employee_count
from admitted
