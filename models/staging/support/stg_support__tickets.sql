with

admitted as (

    {{ admitted('support__tickets') }}

)

select
    ticket_id,
    account_id,
    priority,
    opened_on,
    solved_on,
    csat
from admitted
