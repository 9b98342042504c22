with

scope_months as (

    select * from {{ ref('int_scopes_spread_to_months') }}

),

openings as (

    select * from {{ ref('int_openings_summed_to_scope_months') }}

),

closing_changes as (

    select * from {{ ref('int_closings_summed_to_scope_months') }}

),

lags as (

    select 1 as lag_months
    union all
    select 3 as lag_months
    union all
    select 12 as lag_months

)

select
    scope_months.scope_type,
    scope_months.scope_value,
    scope_months.month_start,
    scope_months.policy_version,
    lags.lag_months,
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
cross join lags
left join openings
    on
        scope_months.scope_type = openings.scope_type
        and scope_months.scope_value = openings.scope_value
        and scope_months.month_number = openings.month_number
        and lags.lag_months = openings.lag_months
left join closing_changes
    on
        scope_months.scope_type = closing_changes.scope_type
        and scope_months.scope_value = closing_changes.scope_value
        and scope_months.month_number = closing_changes.month_number
        and lags.lag_months = closing_changes.lag_months
window
    months_in_order as (
        partition by
            scope_months.scope_type,
            scope_months.scope_value,
            lags.lag_months
        order by scope_months.month_number
    )
