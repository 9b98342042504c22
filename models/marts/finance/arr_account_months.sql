with

changes as (

    select * from {{ ref('int_balance_changes_summed_to_account_months') }}

),

months as (

    select * from {{ ref('int_months') }}

),

usage_months as (

    select * from {{ ref('int_usage_invoiced_summed_to_account_months') }}

),

contracts as (

    select * from {{ ref('int_contracted_arr_summed_to_accounts') }}

),

last_month as (

    select month_number from {{ ref('int_months') }}
    where is_last_month

),

-- What was signed at an earlier month end is not in the data: CARR is of the last month.
current_changes as (

    select
        changes.*,
        coalesce(contracts.carr, cast(0 as decimal(18, 2))) as carr
    from changes
    cross join last_month
    left join contracts
        on
            changes.account_id = contracts.account_id
            and changes.next_month > last_month.month_number

),

-- Between two changes an account closes each month as it opened it.
account_months as (

    select
        changes.account_id,
        months.month_number,
        months.month_start,
        changes.closing_arr,
        changes.is_in_grace,
        case when months.is_last_month then changes.carr end as carr,
        case
            when changes.month_number = months.month_number then changes.opening_arr
            else changes.closing_arr
        end as opening_arr,
        case
            when changes.month_number = months.month_number then changes.moved_arr else 0
        end as moved_arr,
        case
            when changes.month_number = months.month_number then changes.fx_arr else 0
        end as fx_arr,
        case
            when changes.month_number = months.month_number then changes.movement
        end as movement
    from current_changes as changes
    inner join months
        on
            changes.month_number <= months.month_number
            and changes.next_month > months.month_number
    where changes.closing_arr <> 0 or changes.month_number = months.month_number

)

select
    account_months.account_id,
    account_months.month_start,
    account_months.opening_arr,
    cast(
        case when account_months.movement = 'new' then account_months.moved_arr else 0 end
        as decimal(18, 2)
    ) as new_arr,
    cast(
        case when account_months.movement = 'expansion' then account_months.moved_arr else 0 end
        as decimal(18, 2)
    ) as expansion_arr,
    cast(
        case when account_months.movement = 'reactivation' then account_months.moved_arr else 0 end
        as decimal(18, 2)
    ) as reactivation_arr,
    cast(
        case when account_months.movement = 'contraction' then account_months.moved_arr else 0 end
        as decimal(18, 2)
    ) as contraction_arr,
    cast(
        case when account_months.movement = 'churn' then account_months.moved_arr else 0 end
        as decimal(18, 2)
    ) as churn_arr,
    cast(account_months.fx_arr as decimal(18, 2)) as fx_arr,
    account_months.closing_arr,
    account_months.movement,
    account_months.is_in_grace,
    account_months.carr,
    coalesce(usage_months.usage_arr, cast(0 as decimal(18, 2))) as usage_arr
from account_months
left join usage_months
    on
        account_months.account_id = usage_months.account_id
        and account_months.month_number = usage_months.month_number
where account_months.opening_arr <> 0 or account_months.closing_arr <> 0
