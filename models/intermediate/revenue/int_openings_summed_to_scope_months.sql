with

openings as (

    select * from {{ ref('int_openings_looked_back_at') }}

),

months as (

    select * from {{ ref('int_months') }}

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

)

select
    scopes.scope_type,
    scopes.scope_value,
    spells.lag_months,
    months.month_number,
    sum(spells.all_opening_arr) as all_opening_arr,
    sum(spells.opening_arr) as opening_arr,
    max(spells.largest_opening_arr) as largest_opening_arr,
    sum(spells.n_accounts) as n_accounts
from spells
inner join months
    on
        spells.first_month <= months.month_number
        and spells.end_month > months.month_number
inner join scopes on spells.group_id = scopes.group_id
group by
    scopes.scope_type,
    scopes.scope_value,
    spells.lag_months,
    months.month_number
