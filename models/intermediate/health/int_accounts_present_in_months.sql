with

balances as (

    select * from {{ ref('int_balances_accumulated_to_periods') }}
    where arr > 0

),

months as (

    select * from {{ ref('int_months') }}

),

accounts as (

    select * from {{ ref('int_accounts_placed_in_scopes') }}

),

account_months as (

    select * from {{ ref('int_balance_changes_summed_to_account_months') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

-- What is known on the balance date: whether a gap will be closed is not, so every gap
-- counts as one until it has lasted too long.
present as (

    select distinct
        balances.account_id,
        months.month_number,
        months.month_start,
        months.balance_on
    from balances
    cross join policy
    inner join months
        on
            balances.valid_from <= months.balance_on
            and (
                balances.valid_to is null
                or {{ dbt.datediff('balances.valid_to', 'months.balance_on', 'day') }}
                < policy.renewal_grace_days
            )

)

select
    present.account_id,
    present.month_number,
    present.month_start,
    present.balance_on,
    accounts.segment,
    coalesce(account_months.closing_arr, cast(0 as decimal(18, 2))) as closing_arr
from present
inner join accounts on present.account_id = accounts.account_id
left join account_months
    on
        present.account_id = account_months.account_id
        and present.month_number >= account_months.month_number
        and present.month_number < account_months.next_month
