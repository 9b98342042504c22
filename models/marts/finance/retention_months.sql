with

bridge as (

    select * from {{ ref('arr_bridge_months') }}

),

openings as (

    select * from {{ ref('int_openings_summed_to_scope_months') }}

),

closing_changes as (

    select * from {{ ref('int_closings_summed_to_scope_months') }}

),

months as (

    select * from {{ ref('int_months') }}

),

lags as (

    select 1 as lag_months
    union all
    select 3 as lag_months
    union all
    select 12 as lag_months

),

scope_months as (

    select
        bridge.scope_type,
        bridge.scope_value,
        bridge.month_start,
        months.month_number,
        months.policy_version,
        lags.lag_months,
        sum(bridge.expansion_arr + bridge.contraction_arr + bridge.churn_arr) over (
            partition by bridge.scope_type, bridge.scope_value, lags.lag_months
            order by bridge.month_start
            rows between 11 preceding and current row
        ) as moved_arr_12m
    from bridge
    inner join months on bridge.month_start = months.month_start
    cross join lags

),

cohorts as (

    select
        scope_months.scope_type,
        scope_months.scope_value,
        scope_months.month_start,
        scope_months.policy_version,
        scope_months.lag_months,
        scope_months.moved_arr_12m,
        coalesce(openings.all_opening_arr, 0) as all_opening_arr,
        coalesce(openings.opening_arr, 0) as opening_arr,
        openings.largest_opening_arr,
        coalesce(openings.n_accounts, 0) as n_accounts,
        sum(coalesce(closing_changes.closing_change, 0)) over months_in_order
            as closing_arr,
        sum(coalesce(closing_changes.kept_change, 0)) over months_in_order as kept_arr,
        sum(coalesce(closing_changes.n_kept_accounts_change, 0)) over months_in_order
            as n_kept_accounts
    from scope_months
    left join openings
        on
            scope_months.scope_type = openings.scope_type
            and scope_months.scope_value = openings.scope_value
            and scope_months.lag_months = openings.lag_months
            and scope_months.month_number = openings.month_number
    left join closing_changes
        on
            scope_months.scope_type = closing_changes.scope_type
            and scope_months.scope_value = closing_changes.scope_value
            and scope_months.lag_months = closing_changes.lag_months
            and scope_months.month_number = closing_changes.month_number
    window
        months_in_order as (
            partition by
                scope_months.scope_type,
                scope_months.scope_value,
                scope_months.lag_months
            order by scope_months.month_number
        )

),

metrics as (

    select
        *,
        concat('net_revenue_retention_', lag_months, 'm') as metric_id,
        closing_arr as numerator,
        opening_arr as denominator,
        opening_arr as base_arr
    from cohorts

    union all

    select
        *,
        concat('gross_revenue_retention_', lag_months, 'm') as metric_id,
        kept_arr as numerator,
        opening_arr as denominator,
        opening_arr as base_arr
    from cohorts

    union all

    select
        *,
        concat('logo_retention_', lag_months, 'm') as metric_id,
        n_kept_accounts as numerator,
        n_accounts as denominator,
        opening_arr as base_arr
    from cohorts

    union all

    -- As many books report it: the flows of all accounts, in the cohort or not.
    select
        *,
        'nrr_flow_12m' as metric_id,
        all_opening_arr + moved_arr_12m as numerator,
        all_opening_arr as denominator,
        all_opening_arr as base_arr
    from cohorts
    where lag_months = 12

)

select
    metrics.scope_type,
    metrics.scope_value,
    metrics.month_start,
    metrics.metric_id,
    cast(metrics.numerator as decimal(18, 2)) as numerator,
    cast(metrics.denominator as decimal(18, 2)) as denominator,
    -- No opening, no retention: null, never 0.
    cast(
        case
            when metrics.denominator > 0 then metrics.numerator / metrics.denominator
        end as decimal(18, 6)
    ) as value,
    cast(metrics.n_accounts as bigint) as n_accounts,
    cast(
        case
            when metrics.base_arr > 0
                then metrics.largest_opening_arr / metrics.base_arr
        end as decimal(18, 6)
    ) as top_account_share,
    metrics.policy_version
from metrics
