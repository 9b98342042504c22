-- Fails if flow retention plus the steps of its bridge is not net retention, numerator
-- or denominator, in any scope and month: a difference that nobody can explain.
{{ config(meta={'dagster': {'ref': {'name': 'retention_bridge'}}}) }}
with

retention as (

    select * from {{ ref('retention_months') }}

),

bridge as (

    select
        scope_type,
        scope_value,
        month_start,
        sum(numerator_delta) as numerator_delta,
        sum(denominator_delta) as denominator_delta
    from {{ ref('retention_bridge') }}
    group by scope_type, scope_value, month_start

)

select
    flow.scope_type,
    flow.scope_value,
    flow.month_start,
    flow.numerator as flow_numerator,
    bridge.numerator_delta,
    net.numerator as net_numerator,
    flow.denominator as flow_denominator,
    bridge.denominator_delta,
    net.denominator as net_denominator
from retention as flow
inner join retention as net
    on
        flow.scope_type = net.scope_type
        and flow.scope_value = net.scope_value
        and flow.month_start = net.month_start
        and flow.metric_id = 'nrr_flow_12m'
        and net.metric_id = 'net_revenue_retention_12m'
left join bridge
    on
        flow.scope_type = bridge.scope_type
        and flow.scope_value = bridge.scope_value
        and flow.month_start = bridge.month_start
where
    flow.numerator + coalesce(bridge.numerator_delta, 0) <> net.numerator
    or flow.denominator + coalesce(bridge.denominator_delta, 0) <> net.denominator
