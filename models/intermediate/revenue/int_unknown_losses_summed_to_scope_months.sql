with

losses as (

    select * from {{ ref('int_unknown_losses_dated_to_account_months') }}

),

scopes as (

    select * from {{ ref('int_scope_groups_spread_to_scopes') }}

),

months as (

    select * from {{ ref('int_months') }}

)

select
    scopes.scope_type,
    scopes.scope_value,
    months.month_start,
    losses.lag_months,
    count(*) as n_unknown_accounts,
    sum(losses.unknown_arr) as unknown_arr
from losses
inner join scopes on losses.group_id = scopes.group_id
inner join months on losses.month_number = months.month_number
group by
    scopes.scope_type,
    scopes.scope_value,
    months.month_start,
    losses.lag_months
