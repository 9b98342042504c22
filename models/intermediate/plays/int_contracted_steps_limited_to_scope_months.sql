with

steps as (

    select * from {{ ref('int_contracted_steps_summed_to_product_months') }}
    where step_arr > 0

),

account_months as (

    select * from {{ ref('int_balance_changes_summed_to_account_months') }}
    where movement = 'expansion'

),

family_months as (

    select * from {{ ref('int_balance_changes_summed_to_family_months') }}
    where movement = 'expansion'

),

accounts as (

    select * from {{ ref('int_accounts_placed_in_scopes') }}

),

families as (

    select
        products.product_id,
        scope_groups.group_id
    from {{ ref('int_products_resolved_to_present') }} as products
    inner join {{ ref('int_scope_groups') }} as scope_groups
        on products.product_family = scope_groups.product_family

),

scopes as (

    select * from {{ ref('int_scope_groups_spread_to_scopes') }}

),

months as (

    select * from {{ ref('int_months') }}

),

account_steps as (

    select
        account_id,
        month_number,
        sum(step_arr) as step_arr
    from steps
    group by account_id, month_number

),

family_steps as (

    select
        steps.account_id,
        families.group_id,
        steps.month_number,
        sum(steps.step_arr) as step_arr
    from steps
    inner join families on steps.product_id = families.product_id
    group by steps.account_id, families.group_id, steps.month_number

),

-- What a step added and the account lost elsewhere in the month is no expansion.
limited as (

    select
        accounts.group_id,
        account_steps.month_number,
        least(account_steps.step_arr, account_months.moved_arr) as step_arr
    from account_steps
    inner join account_months
        on
            account_steps.account_id = account_months.account_id
            and account_steps.month_number = account_months.month_number
    inner join accounts on account_steps.account_id = accounts.account_id

    union all

    select
        family_steps.group_id,
        family_steps.month_number,
        least(family_steps.step_arr, family_months.moved_arr) as step_arr
    from family_steps
    inner join family_months
        on
            family_steps.account_id = family_months.account_id
            and family_steps.group_id = family_months.group_id
            and family_steps.month_number = family_months.month_number

)

select
    scopes.scope_type,
    scopes.scope_value,
    months.month_start,
    cast(sum(limited.step_arr) as decimal(18, 2)) as contracted_step_arr
from limited
inner join scopes on limited.group_id = scopes.group_id
inner join months on limited.month_number = months.month_number
group by scopes.scope_type, scopes.scope_value, months.month_start
