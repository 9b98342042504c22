with

openings as (

    select * from {{ ref('int_openings_looked_back_at') }}

),

scopes as (

    select * from {{ ref('int_scope_groups_spread_to_scopes') }}

),

-- A cohort is those who paid: an account below zero, by an adjustment, is in no cohort.
spells as (

    select
        lag_months,
        group_id,
        first_month,
        end_month,
        sum(opening_arr) as all_opening_arr,
        sum(greatest(opening_arr, 0)) as opening_arr,
        max(opening_arr) as largest_opening_arr,
        count(*) filter (where opening_arr > 0) as n_accounts
    from openings
    group by lag_months, group_id, first_month, end_month

),

spell_months as (

    select
        *,
        {{ each_number('first_month', 'end_month') }} as month_number
    from spells

),

group_months as (

    select
        lag_months,
        group_id,
        month_number,
        sum(all_opening_arr) as all_opening_arr,
        sum(opening_arr) as opening_arr,
        max(largest_opening_arr) as largest_opening_arr,
        sum(n_accounts) as n_accounts
    from spell_months
    group by lag_months, group_id, month_number

)

select
    scopes.scope_type,
    scopes.scope_value,
    group_months.lag_months,
    group_months.month_number,
    sum(group_months.all_opening_arr) as all_opening_arr,
    sum(group_months.opening_arr) as opening_arr,
    max(group_months.largest_opening_arr) as largest_opening_arr,
    sum(group_months.n_accounts) as n_accounts
from group_months
inner join scopes on group_months.group_id = scopes.group_id
group by
    scopes.scope_type,
    scopes.scope_value,
    group_months.lag_months,
    group_months.month_number
