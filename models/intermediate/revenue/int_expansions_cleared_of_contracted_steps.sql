with

account_months as (

    select * from {{ ref('int_balance_changes_summed_to_account_months') }}
    where movement = 'expansion'

),

steps as (

    select * from {{ ref('int_contracted_steps_summed_to_product_months') }}
    where step_arr > 0

),

stepped as (

    select
        account_id,
        month_number,
        sum(step_arr) as step_arr
    from steps
    group by account_id, month_number

)

select
    account_months.account_id,
    account_months.month_number,
    account_months.moved_arr - coalesce(stepped.step_arr, 0) as expansion_arr
from account_months
left join stepped
    on
        account_months.account_id = stepped.account_id
        and account_months.month_number = stepped.month_number
where account_months.moved_arr > coalesce(stepped.step_arr, 0)
