with

measured as (

    select * from {{ ref('int_cohorts_summed_to_scope_months') }}

),

unknown_losses as (

    select * from {{ ref('int_unknown_losses_summed_to_scope_months') }}

),

cohorts as (

    select
        measured.*,
        coalesce(unknown_losses.n_unknown_accounts, 0) as n_unknown_accounts,
        coalesce(unknown_losses.unknown_arr, 0) as unknown_arr
    from measured
    left join unknown_losses
        on
            measured.scope_type = unknown_losses.scope_type
            and measured.scope_value = unknown_losses.scope_value
            and measured.month_start = unknown_losses.month_start
            and measured.lag_months = unknown_losses.lag_months

),

flows as (

    select
        scope_type,
        scope_value,
        month_start,
        sum(expansion_arr + contraction_arr + churn_arr) over (
            partition by scope_type, scope_value
            order by month_start
            rows between 11 preceding and current row
        ) as moved_arr_12m
    from {{ ref('arr_bridge_months') }}

),

metrics as (

    select
        cohorts.*,
        concat('net_revenue_retention_', cohorts.lag_months, 'm') as metric_id,
        cohorts.closing_arr as numerator,
        cohorts.opening_arr as denominator,
        cohorts.opening_arr as base_arr
    from cohorts

    union all

    select
        cohorts.*,
        concat('gross_revenue_retention_', cohorts.lag_months, 'm') as metric_id,
        cohorts.kept_arr as numerator,
        cohorts.opening_arr as denominator,
        cohorts.opening_arr as base_arr
    from cohorts

    union all

    select
        cohorts.*,
        concat('logo_retention_', cohorts.lag_months, 'm') as metric_id,
        cohorts.n_kept_accounts as numerator,
        cohorts.n_accounts as denominator,
        cohorts.opening_arr as base_arr
    from cohorts

    union all

    -- As many books report it: the flows of all accounts, in the cohort or not.
    select
        cohorts.*,
        'nrr_flow_12m' as metric_id,
        cohorts.all_opening_arr + flows.moved_arr_12m as numerator,
        cohorts.all_opening_arr as denominator,
        cohorts.all_opening_arr as base_arr
    from cohorts
    inner join flows
        on
            cohorts.scope_type = flows.scope_type
            and cohorts.scope_value = flows.scope_value
            and cohorts.month_start = flows.month_start
    where cohorts.lag_months = 12

)

select
    scope_type,
    scope_value,
    month_start,
    metric_id,
    cast(numerator as decimal(18, 2)) as numerator,
    cast(denominator as decimal(18, 2)) as denominator,
    -- No opening, no retention: null, never 0; and none from a cent to ten billions.
    -- The whole is apart, as floating point has no six decimals of a large one.
    cast(
        case
            when denominator > 0
                then
                    try_cast(
                        (numerator - numerator % denominator) / denominator
                        as decimal(12, 0)
                    )
                    + cast(numerator % denominator / denominator as decimal(18, 6))
        end as decimal(18, 6)
    ) as value,
    cast(n_accounts as bigint) as n_accounts,
    {{ rate('largest_opening_arr', 'case when base_arr > 0 then base_arr end') }}
        as top_account_share,
    cast(n_unknown_accounts as bigint) as n_unknown_accounts,
    cast(unknown_arr as decimal(18, 2)) as unknown_arr,
    policy_version
from metrics
