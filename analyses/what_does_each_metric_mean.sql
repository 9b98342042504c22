-- What does each metric mean, and where is it shown?
with

metrics as (

    select * from {{ ref('metric_definitions') }}

)

select
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
order by mart, metric_id
