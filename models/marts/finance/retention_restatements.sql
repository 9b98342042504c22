with

reported as (

    select * from {{ ref('reported_retention') }}

),

-- What the close reported of each account, under its scopes of today.
rescoped as (

    select * from {{ ref('int_snapshots_summed_to_retention') }}
    where scopes_of = 'present'

),

restated as (

    select * from {{ ref('retention_months') }}

),

-- What an earlier version of the ledger did not freeze by account is not known.
frozen as (

    select
        month_start,
        count(segment) = count(*) as has_scopes,
        count(opening_arr_1m) = count(*) as has_short_openings
    from {{ ref('arr_snapshots') }}
    group by month_start

),

-- The movements of twelve months are not frozen by account at all.
explained as (

    select
        reported.*,
        reported.metric_id <> 'nrr_flow_12m'
        and (reported.scope_type = 'company' or coalesce(frozen.has_scopes, true))
        and (
            reported.metric_id like '%_12m'
            or coalesce(frozen.has_short_openings, true)
        ) as is_frozen_by_account
    from reported
    left join frozen on reported.month_start = frozen.month_start

),

-- A scope that is gone keeps what was reported of it; one that is new was not reported.
compared as (

    select
        explained.*,
        restated.numerator as restated_numerator,
        restated.denominator as restated_denominator,
        restated.value as restated_value,
        restated.policy_version as restated_policy_version,
        coalesce(restated.numerator, 0) - explained.numerator as numerator_delta,
        coalesce(restated.denominator, 0) - explained.denominator as denominator_delta,
        case
            when explained.is_frozen_by_account
                then coalesce(rescoped.numerator, 0) - explained.numerator
        end as moved_numerator_delta,
        case
            when explained.is_frozen_by_account
                then coalesce(rescoped.denominator, 0) - explained.denominator
        end as moved_denominator_delta
    from explained
    left join rescoped
        on
            explained.scope_type = rescoped.scope_type
            and explained.scope_value = rescoped.scope_value
            and explained.month_start = rescoped.month_start
            and explained.metric_id = rescoped.metric_id
    left join restated
        on
            explained.scope_type = restated.scope_type
            and explained.scope_value = restated.scope_value
            and explained.month_start = restated.month_start
            and explained.metric_id = restated.metric_id

)

select
    snapshot_id,
    month_start,
    scope_type,
    scope_value,
    metric_id,
    numerator as reported_numerator,
    denominator as reported_denominator,
    value as reported_value,
    policy_version as reported_policy_version,
    restated_numerator,
    restated_denominator,
    restated_value,
    restated_policy_version,
    try_cast(restated_value - value as decimal(18, 6)) as value_delta,
    coalesce(
        numerator <> restated_numerator or denominator <> restated_denominator, true
    ) as is_restated,
    cast(numerator_delta as decimal(18, 2)) as numerator_delta,
    cast(numerator_delta - moved_numerator_delta as decimal(18, 2))
        as restated_numerator_delta,
    cast(moved_numerator_delta as decimal(18, 2)) as moved_numerator_delta,
    cast(denominator_delta as decimal(18, 2)) as denominator_delta,
    cast(denominator_delta - moved_denominator_delta as decimal(18, 2))
        as restated_denominator_delta,
    cast(moved_denominator_delta as decimal(18, 2)) as moved_denominator_delta
from compared
