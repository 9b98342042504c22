-- Why is flow retention not the cohort's, and which accounts make the difference?
with

last_month as (

    select max(month_start) as month_start from {{ ref('retention_months') }}

),

bridge as (

    select bridge.*
    from {{ ref('retention_bridge') }} as bridge
    inner join last_month on bridge.month_start = last_month.month_start
    where bridge.scope_type = 'company'

),

retention as (

    select retention.*
    from {{ ref('retention_months') }} as retention
    inner join last_month on retention.month_start = last_month.month_start
    where retention.scope_type = 'company'

),

accounts as (

    select * from {{ ref('accounts') }}

),

ends as (

    select
        case metric_id when 'nrr_flow_12m' then 1 else 3 end as place,
        metric_id as step,
        cast(null as {{ dbt.type_string() }}) as account_id,
        numerator,
        denominator
    from retention
    where metric_id in ('nrr_flow_12m', 'net_revenue_retention_12m')

),

steps as (

    select
        2 as place,
        step,
        account_id,
        numerator_delta as numerator,
        denominator_delta as denominator
    from bridge

),

explained as (

    select * from ends
    union all
    select * from steps

)

select
    explained.step,
    explained.account_id,
    accounts.account_name,
    explained.numerator,
    explained.denominator
from explained
left join accounts on explained.account_id = accounts.account_id
order by
    explained.place asc,
    explained.step asc,
    abs(explained.numerator) desc,
    explained.account_id asc
