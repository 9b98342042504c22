select
    evaluation_id,
    month_start,
    raw_id,
    policy_values,
    as_of_date
from {{ source('ledger', 'evaluated_months') }}
