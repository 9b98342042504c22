with

cohorts as (

    select * from {{ ref('int_cohorts_met_by_closings') }}

),

scopes as (

    select * from {{ ref('int_scope_groups_spread_to_scopes') }}

),

signs as (

    select 1 as sign
    union all
    select -1 as sign

),

-- What is met adds at its start and takes away at its end.
starts_and_ends as (

    select
        cohorts.lag_months,
        cohorts.group_id,
        case when signs.sign = 1 then cohorts.first_month else cohorts.end_month end
            as month_number,
        sum(signs.sign * cohorts.closing_arr) as closing_arr,
        sum(signs.sign * cohorts.kept_arr) as kept_arr,
        sum(signs.sign * cohorts.n_kept_accounts) as n_kept_accounts
    from cohorts
    cross join signs
    group by
        cohorts.lag_months,
        cohorts.group_id,
        case when signs.sign = 1 then cohorts.first_month else cohorts.end_month end

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
