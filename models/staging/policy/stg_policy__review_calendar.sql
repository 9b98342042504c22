with

review_calendar as (

    select * from {{ ref('review_calendar') }}

)

select
    review_id,
    decision_id,
    review_kind,
    due_on,
    held_on,
    held_by,
    asks,
    owner,
    reason,
    decided_on
from review_calendar
