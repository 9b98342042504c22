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

-- What was signed at an earlier month end is not in the data: only the last has CARR.
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
            when changes.month_number = months.month_number then changes.moved_arr
            else 0
        end as moved_arr,
        case
            when changes.month_number = months.month_number then changes.fx_arr
            else 0
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

),

with_movements as (

    select
        *,
        case when movement = 'new' then moved_arr else 0 end as new_arr,
        case when movement = 'expansion' then moved_arr else 0 end as expansion_arr,
        case when movement = 'reactivation' then moved_arr else 0 end
            as reactivation_arr,
        case when movement = 'contraction' then moved_arr else 0 end as contraction_arr,
        case when movement = 'churn' then moved_arr else 0 end as churn_arr
    from account_months
    where opening_arr <> 0 or closing_arr <> 0

)

select
    with_movements.account_id,
    with_movements.month_start,
    with_movements.opening_arr,
    cast(with_movements.new_arr as decimal(18, 2)) as new_arr,
    cast(with_movements.expansion_arr as decimal(18, 2)) as expansion_arr,
    cast(with_movements.reactivation_arr as decimal(18, 2)) as reactivation_arr,
    cast(with_movements.contraction_arr as decimal(18, 2)) as contraction_arr,
    cast(with_movements.churn_arr as decimal(18, 2)) as churn_arr,
    cast(with_movements.fx_arr as decimal(18, 2)) as fx_arr,
    with_movements.closing_arr,
    with_movements.movement,
    with_movements.is_in_grace,
    with_movements.carr,
    coalesce(usage_months.usage_arr, cast(0 as decimal(18, 2))) as usage_arr
from with_movements
left join usage_months
    on
        with_movements.account_id = usage_months.account_id
        and with_movements.month_number = usage_months.month_number
