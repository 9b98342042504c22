with

openings as (

    select * from {{ ref('int_openings_looked_back_at') }}

),

cohorts as (

    select * from {{ ref('int_cohorts_met_by_closings') }}

),

unknown_losses as (

    select * from {{ ref('int_unknown_losses_dated_to_account_months') }}

),

scopes as (

    select * from {{ ref('int_scope_groups_spread_to_scopes') }}

),

months as (

    select * from {{ ref('int_months') }}

),

stacked as (

    select
        lag_months,
        account_id,
        group_id,
        first_month,
        end_month,
        opening_arr,
        0 as closing_arr,
        0 as kept_arr,
        0 as n_kept_accounts,
        0 as unknown_arr
    from openings

    union all

    select
        lag_months,
        account_id,
        group_id,
        first_month,
        end_month,
        0 as opening_arr,
        closing_arr,
        kept_arr,
        n_kept_accounts,
        0 as unknown_arr
    from cohorts

    union all

    select
        lag_months,
        account_id,
        group_id,
        month_number as first_month,
        month_number + 1 as end_month,
        0 as opening_arr,
        0 as closing_arr,
        0 as kept_arr,
        0 as n_kept_accounts,
        unknown_arr
    from unknown_losses

),

account_months as (

    select
        stacked.lag_months,
        stacked.account_id,
        stacked.group_id,
        months.month_start,
        sum(stacked.opening_arr) as opening_arr,
        sum(stacked.closing_arr) as closing_arr,
        sum(stacked.kept_arr) as kept_arr,
        sum(stacked.n_kept_accounts) as n_kept_accounts,
        sum(stacked.unknown_arr) as unknown_arr
    from stacked
    inner join months
        on
            stacked.first_month <= months.month_number
            and stacked.end_month > months.month_number
    group by
        stacked.lag_months,
        stacked.account_id,
        stacked.group_id,
        months.month_start

)

select
    scopes.scope_type,
    scopes.scope_value,
    account_months.month_start,
    account_months.lag_months,
    account_months.account_id,
    cast(account_months.opening_arr as decimal(18, 2)) as opening_arr,
    cast(account_months.closing_arr as decimal(18, 2)) as closing_arr,
    cast(account_months.kept_arr as decimal(18, 2)) as kept_arr,
    account_months.n_kept_accounts > 0 as is_kept,
    cast(account_months.unknown_arr as decimal(18, 2)) as unknown_arr
from account_months
inner join scopes on account_months.group_id = scopes.group_id
