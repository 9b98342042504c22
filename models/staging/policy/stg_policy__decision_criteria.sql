with

decision_criteria as (

    select * from {{ ref('decision_criteria') }}

)

select
    criterion,
    score_column,
    weight,
    direction,
    owner,
    reason,
    decided_on
from decision_criteria
