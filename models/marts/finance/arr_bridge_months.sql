with

movements as (

    select * from {{ ref('int_movements_summed_to_scope_months') }}

),

scope_months as (

    select * from {{ ref('int_scopes_spread_to_months') }}

),

balances as (

    select
        scope_months.scope_type,
        scope_months.scope_value,
        scope_months.month_start,
        coalesce(movements.arr_change, 0) as arr_change,
        coalesce(movements.new_arr, 0) as new_arr,
        coalesce(movements.expansion_arr, 0) as expansion_arr,
        coalesce(movements.reactivation_arr, 0) as reactivation_arr,
        coalesce(movements.contraction_arr, 0) as contraction_arr,
        coalesce(movements.churn_arr, 0) as churn_arr,
        coalesce(movements.fx_arr, 0) as fx_arr,
        coalesce(movements.n_new_accounts, 0) as n_new_accounts,
        coalesce(movements.n_expansion_accounts, 0) as n_expansion_accounts,
        coalesce(movements.n_reactivation_accounts, 0) as n_reactivation_accounts,
        coalesce(movements.n_contraction_accounts, 0) as n_contraction_accounts,
        coalesce(movements.n_churn_accounts, 0) as n_churn_accounts,
        sum(coalesce(movements.arr_change, 0)) over months_in_order as closing_arr,
        sum(coalesce(movements.n_accounts_change, 0)) over months_in_order as n_accounts
    from scope_months
    left join movements
        on
            scope_months.scope_type = movements.scope_type
            and scope_months.scope_value = movements.scope_value
            and scope_months.month_number = movements.month_number
    window
        months_in_order as (
            partition by scope_months.scope_type, scope_months.scope_value
            order by scope_months.month_number
        )

)

select
    scope_type,
    scope_value,
    month_start,
    cast(closing_arr - arr_change as decimal(18, 2)) as opening_arr,
    cast(new_arr as decimal(18, 2)) as new_arr,
    cast(expansion_arr as decimal(18, 2)) as expansion_arr,
    cast(reactivation_arr as decimal(18, 2)) as reactivation_arr,
    cast(contraction_arr as decimal(18, 2)) as contraction_arr,
    cast(churn_arr as decimal(18, 2)) as churn_arr,
    cast(fx_arr as decimal(18, 2)) as fx_arr,
    cast(closing_arr as decimal(18, 2)) as closing_arr,
    cast(n_accounts as bigint) as n_accounts,
    cast(n_new_accounts as bigint) as n_new_accounts,
    cast(n_expansion_accounts as bigint) as n_expansion_accounts,
    cast(n_reactivation_accounts as bigint) as n_reactivation_accounts,
    cast(n_contraction_accounts as bigint) as n_contraction_accounts,
    cast(n_churn_accounts as bigint) as n_churn_accounts
from balances
