with

account_months as (

    select * from {{ ref('int_balance_changes_summed_to_account_months') }}
    where opening_arr <> 0 or closing_arr <> 0

),

family_months as (

    select * from {{ ref('int_balance_changes_summed_to_family_months') }}
    where opening_arr <> 0 or closing_arr <> 0

),

accounts as (

    select * from {{ ref('int_accounts_placed_in_scopes') }}

)

select
    account_months.account_id,
    accounts.group_id,
    account_months.month_number,
    account_months.next_month,
    account_months.movement,
    account_months.opening_arr,
    account_months.moved_arr,
    account_months.fx_arr,
    account_months.closing_arr
from account_months
inner join accounts on account_months.account_id = accounts.account_id

union all

select
    account_id,
    group_id,
    month_number,
    next_month,
    movement,
    opening_arr,
    moved_arr,
    fx_arr,
    closing_arr
from family_months
