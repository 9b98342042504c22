-- Fails if a metric is shown that metric_definitions does not define, or is defined and
-- never shown: retention named without its formula is a number nobody can check.
{{ config(meta={'dagster': {'ref': {'name': 'metric_definitions'}}}) }}
with

shown as (

    select distinct metric_id from {{ ref('retention_months') }}

),

defined as (

    select metric_id from {{ ref('metric_definitions') }}
    where mart = 'retention_months'

),

counted as (

    select count(*) as n_shown from {{ ref('retention_months') }}

)

-- A company without ARR shows none.
select
    shown.metric_id as shown_metric_id,
    defined.metric_id as defined_metric_id
from shown
full outer join defined on shown.metric_id = defined.metric_id
cross join counted
where
    defined.metric_id is null
    or (shown.metric_id is null and counted.n_shown > 0)
