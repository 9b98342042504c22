with

movements as (

    select * from {{ ref('int_movements_stacked_by_group') }}

),

scopes as (

    select * from {{ ref('int_scope_groups_spread_to_scopes') }}

),

group_months as (

    select
        group_id,
        month_number,
        sum(closing_arr - opening_arr) as arr_change,
        sum(fx_arr) as fx_arr,
        sum(moved_arr) filter (where movement = 'new') as new_arr,
        count(*) filter (where movement = 'new') as n_new_accounts,
        sum(moved_arr) filter (where movement = 'expansion') as expansion_arr,
        count(*) filter (where movement = 'expansion') as n_expansion_accounts,
        sum(moved_arr) filter (where movement = 'reactivation') as reactivation_arr,
        count(*) filter (where movement = 'reactivation') as n_reactivation_accounts,
        sum(moved_arr) filter (where movement = 'contraction') as contraction_arr,
        count(*) filter (where movement = 'contraction') as n_contraction_accounts,
        sum(moved_arr) filter (where movement = 'churn') as churn_arr,
        count(*) filter (where movement = 'churn') as n_churn_accounts,
        count(*) filter (where opening_arr <= 0 and closing_arr > 0)
        - count(*) filter (where opening_arr > 0 and closing_arr <= 0)
            as n_accounts_change
    from movements
    group by group_id, month_number

)

select
    scopes.scope_type,
    scopes.scope_value,
    group_months.month_number,
    sum(group_months.arr_change) as arr_change,
    sum(group_months.fx_arr) as fx_arr,
    coalesce(sum(group_months.new_arr), 0) as new_arr,
    sum(group_months.n_new_accounts) as n_new_accounts,
    coalesce(sum(group_months.expansion_arr), 0) as expansion_arr,
    sum(group_months.n_expansion_accounts) as n_expansion_accounts,
    coalesce(sum(group_months.reactivation_arr), 0) as reactivation_arr,
    sum(group_months.n_reactivation_accounts) as n_reactivation_accounts,
    coalesce(sum(group_months.contraction_arr), 0) as contraction_arr,
    sum(group_months.n_contraction_accounts) as n_contraction_accounts,
    coalesce(sum(group_months.churn_arr), 0) as churn_arr,
    sum(group_months.n_churn_accounts) as n_churn_accounts,
    sum(group_months.n_accounts_change) as n_accounts_change
from group_months
inner join scopes on group_months.group_id = scopes.group_id
group by scopes.scope_type, scopes.scope_value, group_months.month_number
