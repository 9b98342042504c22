with

metrics as (

    select * from {{ ref('int_metrics_defined_under_policy') }}

)

select
    metric_id,
    metric_name,
    definition,
    numerator,
    denominator,
    unit,
    mart,
    column_name,
    owner,
    policy_version
from metrics
