with

accounts as (

    select * from {{ ref('int_accounts_placed_in_scopes') }}

),

account_changes as (

    select * from {{ ref('int_balance_changes_summed_to_account_months') }}

),

contracts as (

    select * from {{ ref('int_contracted_arr_summed_to_accounts') }}

),

usage_months as (

    select * from {{ ref('int_usage_invoiced_summed_to_account_months') }}

),

months as (

    select * from {{ ref('int_months') }}

),

last_month as (

    select month_number from {{ ref('int_months') }}
    where is_last_month

),

first_months as (

    select
        account_changes.account_id,
        min(months.month_start) as first_arr_month
    from account_changes
    inner join months on account_changes.month_number = months.month_number
    where account_changes.closing_arr > 0
    group by account_changes.account_id

),

current_balances as (

    select
        account_changes.account_id,
        account_changes.closing_arr as current_arr
    from account_changes
    cross join last_month
    where account_changes.next_month > last_month.month_number

),

current_usage as (

    select
        usage_months.account_id,
        usage_months.usage_arr
    from usage_months
    cross join last_month
    where usage_months.month_number = last_month.month_number

)

select
    accounts.account_id,
    accounts.account_name,
    accounts.segment,
    accounts.industry,
    accounts.country,
    accounts.csm_user_id,
    accounts.account_manager_user_id,
    accounts.sales_user_id,
    first_months.first_arr_month,
    cast(coalesce(current_balances.current_arr, 0) as decimal(18, 2)) as current_arr,
    cast(coalesce(contracts.carr, 0) as decimal(18, 2)) as carr,
    case
        when current_usage.account_id is null then cast(0 as decimal(18, 2))
        else current_usage.usage_arr
    end as usage_arr,
    case
        when first_months.first_arr_month is null then 'prospect'
        when current_balances.current_arr > 0 then 'active'
        else 'churned'
    end as lifecycle
from accounts
left join first_months on accounts.account_id = first_months.account_id
left join current_balances on accounts.account_id = current_balances.account_id
left join contracts on accounts.account_id = contracts.account_id
left join current_usage on accounts.account_id = current_usage.account_id
