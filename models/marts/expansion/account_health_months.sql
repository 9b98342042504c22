with

health_months as (

    select * from {{ ref('int_health_scored_in_account_months') }}

)

select
    account_id,
    month_start,
    score,
    band,
    known_weight,
    total_weight,
    evidence_rate,
    n_inputs,
    missing_reason
from health_months
