-- How do segments compare on retention over the last 12 months?
with

retention as (

    select * from {{ ref('retention_months') }}
    where scope_type in ('company', 'segment')

),

last_month as (

    select max(month_start) as month_start
    from {{ ref('arr_bridge_months') }}

),

last_values as (

    select retention.*
    from retention
    inner join last_month on retention.month_start = last_month.month_start

)

select
    scope_type,
    scope_value,
    max(case when metric_id = 'net_revenue_retention_12m' then denominator end)
        as opening_arr,
    max(case when metric_id = 'net_revenue_retention_12m' then n_accounts end)
        as n_accounts,
    max(case when metric_id = 'net_revenue_retention_12m' then value end)
        as net_revenue_retention_12m_rate,
    max(case when metric_id = 'gross_revenue_retention_12m' then value end)
        as gross_revenue_retention_12m_rate,
    max(case when metric_id = 'logo_retention_12m' then value end)
        as logo_retention_12m_rate,
    max(case when metric_id = 'net_revenue_retention_12m' then top_account_share end)
        as top_account_share
from last_values
group by scope_type, scope_value
order by scope_type asc, opening_arr desc
