with

admitted as (

    {{ admitted('support__surveys') }}

)

select
    response_id,
    account_id,
    contact_id,
    survey_type,
    score,
    responded_on
from admitted
