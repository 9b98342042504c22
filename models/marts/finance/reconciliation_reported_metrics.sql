with

reported as (

    select * from {{ ref('int_reported_metrics_dated_to_last_month') }}

),

bridge as (

    select * from {{ ref('arr_bridge_months') }}
    where scope_type = 'company'

),

retention as (

    select * from {{ ref('retention_months') }}
    where scope_type = 'company'

),

ours as (

    select
        month_start,
        'closing_arr' as metric,
        cast(closing_arr as decimal(24, 6)) as value
    from bridge

    union all

    select
        month_start,
        metric_id as metric,
        cast(value as decimal(24, 6)) as value
    from retention

),

compared as (

    select
        reported.month_start,
        reported.metric,
        cast(reported.value as decimal(24, 6)) as reported_value,
        ours.value as our_value,
        cast(reported.value - ours.value as decimal(24, 6)) as difference,
        reported.tolerance
    from reported
    left join ours
        on
            reported.month_start = ours.month_start
            and reported.metric = ours.metric

)

select
    month_start,
    metric,
    reported_value,
    our_value,
    difference,
    tolerance,
    abs(difference) <= tolerance as is_agreed,
    case
        when our_value is null then 'not computed'
        when abs(difference) <= tolerance then 'agrees'
        when difference > 0 then 'reported too high'
        else 'reported too low'
    end as reason
from compared
