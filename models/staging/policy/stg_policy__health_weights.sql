with

weights as (

    select * from {{ ref('health_weights') }}

)

select
    input,
    weight,
    window_days,
    max_age_days,
    worst_value,
    best_value,
    owner,
    reason,
    decided_on
from weights
