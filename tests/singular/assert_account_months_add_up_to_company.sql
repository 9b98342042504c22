-- Fails if what the metrics layer adds up is not what the marts of finance show.
{{ config(meta={'dagster': {'ref': {'name': 'account_months'}}}) }}
with

accounts as (

    select
        month_start,
        sum(opening_arr) as opening_arr,
        sum(expansion_arr) as expansion_arr,
        sum(closing_arr) as closing_arr,
        sum(expansion_arr_12m) as expansion_arr_12m,
        sum(opening_arr_12m) as opening_arr_12m,
        sum(cohort_opening_arr_12m) as cohort_opening_arr_12m,
        sum(cohort_closing_arr_12m) as cohort_closing_arr_12m,
        sum(cohort_kept_arr_12m) as cohort_kept_arr_12m
    from {{ ref('account_months') }}
    group by month_start

),

bridge as (

    select * from {{ ref('arr_bridge_months') }}
    where scope_type = 'company'

),

expansion as (

    select * from {{ ref('expansion_months') }}
    where scope_type = 'company'

),

retention as (

    select
        month_start,
        max(numerator) filter (where metric_id like 'net_%') as closing_arr,
        max(numerator) filter (where metric_id like 'gross_%') as kept_arr,
        max(denominator) as opening_arr
    from {{ ref('retention_months') }}
    where
        scope_type = 'company'
        and metric_id in ('net_revenue_retention_12m', 'gross_revenue_retention_12m')
    group by month_start

)

select bridge.month_start
from bridge
inner join expansion on bridge.month_start = expansion.month_start
left join retention on bridge.month_start = retention.month_start
left join accounts on bridge.month_start = accounts.month_start
where
    bridge.opening_arr <> coalesce(accounts.opening_arr, 0)
    or bridge.expansion_arr <> coalesce(accounts.expansion_arr, 0)
    or bridge.closing_arr <> coalesce(accounts.closing_arr, 0)
    or expansion.expansion_arr_12m <> coalesce(accounts.expansion_arr_12m, 0)
    or expansion.opening_arr_12m <> coalesce(accounts.opening_arr_12m, 0)
    or coalesce(retention.opening_arr, 0)
    <> coalesce(accounts.cohort_opening_arr_12m, 0)
    or coalesce(retention.closing_arr, 0)
    <> coalesce(accounts.cohort_closing_arr_12m, 0)
    or coalesce(retention.kept_arr, 0) <> coalesce(accounts.cohort_kept_arr_12m, 0)
