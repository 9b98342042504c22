with

account_months as (

    select * from {{ ref('int_balance_changes_summed_to_account_months') }}
    where closing_arr <> 0

),

family_months as (

    select * from {{ ref('int_balance_changes_summed_to_family_months') }}
    where closing_arr <> 0

),

accounts as (

    select * from {{ ref('int_accounts_placed_in_scopes') }}

)

select
    account_months.account_id,
    accounts.group_id,
    false as is_family,
    account_months.month_number as first_month,
    account_months.next_month as end_month,
    account_months.closing_arr
from account_months
inner join accounts on account_months.account_id = accounts.account_id

union all

select
    account_id,
    group_id,
    true as is_family,
    month_number as first_month,
    next_month as end_month,
    closing_arr
from family_months
