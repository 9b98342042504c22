with

reported_metrics as (

    select * from {{ ref('stg_finance__reported_metrics') }}

),

metric_policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

finance_policy as (

    select * from {{ ref('stg_policy__finance_policy') }}

)

select
    reported_metrics.month_start,
    reported_metrics.metric,
    reported_metrics.value,
    case
        when reported_metrics.metric = 'closing_arr'
            then cast(finance_policy.reported_money_tolerance as decimal(18, 6))
        else finance_policy.reported_rate_tolerance
    end as tolerance
from reported_metrics
cross join metric_policy
cross join finance_policy
where
    {{ month_number('reported_metrics.month_start') }} <= metric_policy.last_month
