with

closings as (

    select * from {{ ref('int_closings_stacked_by_group') }}

),

foreign_balances as (

    select * from {{ ref('int_foreign_balances_summed_to_groups') }}

),

groups as (

    select * from {{ ref('int_scope_groups') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

foreign_accounts as (

    select distinct account_id from foreign_balances

),

balances as (

    select
        foreign_balances.account_id,
        foreign_balances.group_id,
        groups.is_family,
        foreign_balances.period_from,
        foreign_balances.period_to,
        foreign_balances.first_month,
        foreign_balances.end_month,
        foreign_balances.arr
    from foreign_balances
    inner join groups on foreign_balances.group_id = groups.group_id

    union all

    -- With the reporting currency alone, a closing is worth the same looked back at.
    select
        closings.account_id,
        closings.group_id,
        closings.is_family,
        0 as period_from,
        policy.last_month + 1 as period_to,
        closings.first_month,
        closings.end_month,
        closings.closing_arr as arr
    from closings
    cross join policy
    left join foreign_accounts on closings.account_id = foreign_accounts.account_id
    where foreign_accounts.account_id is null

),

lags as (

    select 1 as lag_months
    union all
    select 3 as lag_months
    union all
    select 12 as lag_months

),

-- The months that look back at a balance, each at its own plan rates.
shifted as (

    select
        lags.lag_months,
        balances.account_id,
        balances.group_id,
        balances.is_family,
        balances.arr as opening_arr,
        greatest(balances.first_month + lags.lag_months, balances.period_from)
            as first_month,
        least(
            coalesce(balances.end_month, policy.last_month + 1) + lags.lag_months,
            balances.period_to,
            policy.last_month + 1
        ) as end_month
    from balances
    cross join lags
    cross join policy
    where balances.arr <> 0

)

select *
from shifted
where first_month < end_month
