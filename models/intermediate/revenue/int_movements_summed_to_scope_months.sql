with

account_months as (

    select * from {{ ref('int_balance_changes_summed_to_account_months') }}

),

family_months as (

    select * from {{ ref('int_balance_changes_summed_to_family_months') }}

),

accounts as (

    select * from {{ ref('int_accounts_placed_in_scopes') }}

),

scopes as (

    select * from {{ ref('int_scope_groups_spread_to_scopes') }}

),

movements as (

    select
        accounts.group_id,
        account_months.month_number,
        account_months.movement,
        account_months.opening_arr,
        account_months.moved_arr,
        account_months.fx_arr,
        account_months.closing_arr
    from account_months
    inner join accounts on account_months.account_id = accounts.account_id

    union all

    select
        group_id,
        month_number,
        movement,
        opening_arr,
        moved_arr,
        fx_arr,
        closing_arr
    from family_months

),

group_months as (

    select
        group_id,
        month_number,
        sum(closing_arr - opening_arr) as arr_change,
        sum(fx_arr) as fx_arr,
        {% for movement in ['new', 'expansion', 'reactivation', 'contraction', 'churn'] %}
        sum(moved_arr) filter (where movement = '{{ movement }}') as {{ movement }}_arr,
        count(*) filter (where movement = '{{ movement }}') as n_{{ movement }}_accounts,
        {% endfor %}
        count(*) filter (where opening_arr <= 0 and closing_arr > 0)
        - count(*) filter (where opening_arr > 0 and closing_arr <= 0) as n_accounts_change
    from movements
    where opening_arr <> 0 or closing_arr <> 0
    group by group_id, month_number

)

select
    scopes.scope_type,
    scopes.scope_value,
    group_months.month_number,
    sum(group_months.arr_change) as arr_change,
    sum(group_months.fx_arr) as fx_arr,
    {% for movement in ['new', 'expansion', 'reactivation', 'contraction', 'churn'] %}
    coalesce(sum(group_months.{{ movement }}_arr), 0) as {{ movement }}_arr,
    sum(group_months.n_{{ movement }}_accounts) as n_{{ movement }}_accounts,
    {% endfor %}
    sum(group_months.n_accounts_change) as n_accounts_change
from group_months
inner join scopes on group_months.group_id = scopes.group_id
group by scopes.scope_type, scopes.scope_value, group_months.month_number
