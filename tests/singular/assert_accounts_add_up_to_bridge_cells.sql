-- Fails if the accounts behind a cell of the ARR bridge are not the cell.
{{ config(meta={'dagster': {'ref': {'name': 'arr_bridge_accounts'}}}) }}
with

accounts as (

    select
        scope_type,
        scope_value,
        month_start,
        sum(opening_arr) as opening_arr,
        sum(case when movement = 'new' then moved_arr else 0 end) as new_arr,
        sum(case when movement = 'expansion' then moved_arr else 0 end)
            as expansion_arr,
        sum(case when movement = 'reactivation' then moved_arr else 0 end)
            as reactivation_arr,
        sum(case when movement = 'contraction' then moved_arr else 0 end)
            as contraction_arr,
        sum(case when movement = 'churn' then moved_arr else 0 end) as churn_arr,
        sum(fx_arr) as fx_arr,
        sum(closing_arr) as closing_arr,
        count(*) filter (where closing_arr > 0) as n_accounts
    from {{ ref('arr_bridge_accounts') }}
    group by scope_type, scope_value, month_start

),

bridge as (

    select * from {{ ref('arr_bridge_months') }}

)

select
    bridge.scope_type,
    bridge.scope_value,
    bridge.month_start,
    bridge.closing_arr,
    accounts.closing_arr as accounts_arr
from bridge
left join accounts
    on
        bridge.scope_type = accounts.scope_type
        and bridge.scope_value = accounts.scope_value
        and bridge.month_start = accounts.month_start
where
    bridge.opening_arr <> coalesce(accounts.opening_arr, 0)
    or bridge.new_arr <> coalesce(accounts.new_arr, 0)
    or bridge.expansion_arr <> coalesce(accounts.expansion_arr, 0)
    or bridge.reactivation_arr <> coalesce(accounts.reactivation_arr, 0)
    or bridge.contraction_arr <> coalesce(accounts.contraction_arr, 0)
    or bridge.churn_arr <> coalesce(accounts.churn_arr, 0)
    or bridge.fx_arr <> coalesce(accounts.fx_arr, 0)
    or bridge.closing_arr <> coalesce(accounts.closing_arr, 0)
    or bridge.n_accounts <> coalesce(accounts.n_accounts, 0)
