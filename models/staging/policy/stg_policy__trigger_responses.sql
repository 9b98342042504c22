with

trigger_responses as (

    select * from {{ ref('trigger_responses') }}

)

select
    trigger_id,
    fired_on,
    answered_on,
    answered_by,
    answer
from trigger_responses
