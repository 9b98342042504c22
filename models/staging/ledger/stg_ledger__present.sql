select
    cast(null as varchar) as raw_id,
    cast('x' as varchar) as policy_values,
    policy_version,
    as_of_date,
    last_balance_on
from {{ ref('stg_policy__metric_policy') }}
