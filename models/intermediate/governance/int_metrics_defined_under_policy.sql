with

metrics as (

    select * from {{ ref('metrics') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

)

select
    metrics.metric_id,
    metrics.metric_name,
    metrics.definition,
    metrics.numerator,
    metrics.denominator,
    metrics.unit,
    metrics.mart,
    metrics.column_name,
    metrics.owner,
    policy.policy_version
from metrics
cross join policy
