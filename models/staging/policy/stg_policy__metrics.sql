with

metrics as (

    select * from {{ ref('metrics') }}

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
    owner
from metrics
