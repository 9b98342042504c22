with

cohorts as (

    select * from {{ ref('int_cohorts_met_by_closings') }}

),

scopes as (

    select * from {{ ref('int_scope_groups_spread_to_scopes') }}

),

starts_and_ends as (

    select
        lag_months,
        group_id,
        first_month as month_number,
        sum(closing_arr) as closing_arr,
        sum(kept_arr) as kept_arr,
        sum(n_kept_accounts) as n_kept_accounts
    from cohorts
    group by lag_months, group_id, first_month

    union all

    select
        lag_months,
        group_id,
        end_month as month_number,
        -sum(closing_arr) as closing_arr,
        -sum(kept_arr) as kept_arr,
        -sum(n_kept_accounts) as n_kept_accounts
    from cohorts
    group by lag_months, group_id, end_month

)

select
    scopes.scope_type,
    scopes.scope_value,
    starts_and_ends.lag_months,
    starts_and_ends.month_number,
    sum(starts_and_ends.closing_arr) as closing_change,
    sum(starts_and_ends.kept_arr) as kept_change,
    sum(starts_and_ends.n_kept_accounts) as n_kept_accounts_change
from starts_and_ends
inner join scopes on starts_and_ends.group_id = scopes.group_id
group by
    scopes.scope_type,
    scopes.scope_value,
    starts_and_ends.lag_months,
    starts_and_ends.month_number
