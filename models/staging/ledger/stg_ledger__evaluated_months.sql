select
    raw_id,
    policy_values,
    as_of_date,
    month_start
from {{ source('ledger', 'evaluated_months') }}
