with

plays as (

    select * from {{ ref('plays') }}

)

select
    play,
    play_name,
    play_type,
    proposes,
    value_rule,
    act_after_days,
    act_within_days,
    cool_down_days,
    holdout_percent,
    cost_per_run,
    owner,
    reason,
    decided_on
from plays
