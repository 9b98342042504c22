with

reported as (

    select * from {{ ref('reported_retention') }}

),

restated as (

    select * from {{ ref('retention_months') }}

)

-- A scope that is gone keeps what was reported of it; one that is new was not reported.
select
    reported.snapshot_id,
    reported.month_start,
    reported.scope_type,
    reported.scope_value,
    reported.metric_id,
    reported.numerator as reported_numerator,
    reported.denominator as reported_denominator,
    reported.value as reported_value,
    reported.policy_version as reported_policy_version,
    restated.numerator as restated_numerator,
    restated.denominator as restated_denominator,
    restated.value as restated_value,
    restated.policy_version as restated_policy_version,
    cast(restated.value - reported.value as decimal(18, 6)) as value_delta,
    coalesce(
        reported.numerator <> restated.numerator
        or reported.denominator <> restated.denominator,
        true
    ) as is_restated
from reported
left join restated
    on
        reported.scope_type = restated.scope_type
        and reported.scope_value = restated.scope_value
        and reported.month_start = restated.month_start
        and reported.metric_id = restated.metric_id
