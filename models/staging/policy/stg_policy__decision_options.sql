with

decision_options as (

    select * from {{ ref('decision_options') }}

)

select
    decision_id,
    option_id,
    option_name,
    mix_rule,
    pilot_share,
    pilot_months,
    reversal_cost_rate,
    constraints,
    approver_user_id,
    owner,
    reason,
    decided_on
from decision_options
