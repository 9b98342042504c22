with

trigger_rules as (

    select * from {{ ref('trigger_rules') }}

)

select
    trigger_id,
    decision_id,
    rule,
    metric,
    parameter,
    flip_scale,
    owner_user_id,
    escalation_user_id,
    due_days,
    action,
    reversal_signal,
    owner,
    reason,
    decided_on
from trigger_rules
