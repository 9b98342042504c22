-- Fails if a signal's window or horizon is not the one it is measured over: users and
-- features are counted over the adoption window, outcomes over outcome_months, whatever
-- the seed of the signals says.
{{ config(meta={'dagster': {'ref': {'name': 'stg_policy__signals'}}}) }}
with

signals as (

    select * from {{ ref('stg_policy__signals') }}

),

policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

)

select signals.*
from signals
cross join policy
where
    signals.horizon_months <> policy.outcome_months
    or (
        signals.signal in ('premium_feature_tried', 'new_team_active')
        and signals.window_days <> policy.adoption_window_days
    )
