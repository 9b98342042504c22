with

weights as (

    select * from {{ ref('ticket_weights') }}

)

select
    priority,
    weight,
    owner,
    reason,
    decided_on
from weights
