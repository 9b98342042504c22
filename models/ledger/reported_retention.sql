with

months as (

    select * from {{ ref('months_closed_by_finance') }}
    where month_start not in ({{ frozen_months() }})

),

retention as (

    select * from {{ ref('retention_months') }}

)

select
    months.snapshot_id,
    retention.scope_type,
    retention.scope_value,
    retention.month_start,
    retention.metric_id,
    retention.numerator,
    retention.denominator,
    retention.value,
    retention.n_accounts,
    retention.top_account_share,
    retention.policy_version
from months
inner join retention on months.month_start = retention.month_start
