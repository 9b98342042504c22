with

decisions as (

    select * from {{ ref('decisions') }}

)

select
    decision_id,
    question,
    objective,
    scope_type,
    scope_value,
    horizon_months,
    success_metrics,
    materiality,
    owner_user_id,
    escalation_user_id,
    asked_on,
    due_on,
    owner,
    reason,
    decided_on
from decisions
