with

changes as (

    select * from {{ ref('int_balance_changes_summed_to_account_months') }}

),

months as (

    select * from {{ ref('int_months') }}

),

usage_months as (

    select * from {{ ref('int_usage_invoiced_summed_to_account_months') }}
    where usage_arr is null or usage_arr <> 0

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

changed_months as (

    select
        account_id,
        month_number as standing_month,
        opening_arr,
        case when movement = 'new' then moved_arr else 0 end as new_arr,
        case when movement = 'expansion' then moved_arr else 0 end as expansion_arr,
        case when movement = 'reactivation' then moved_arr else 0 end
            as reactivation_arr,
        case when movement = 'contraction' then moved_arr else 0 end as contraction_arr,
        case when movement = 'churn' then moved_arr else 0 end as churn_arr,
        fx_arr,
        closing_arr,
        movement,
        is_in_grace,
        carr
    from current_changes
    where opening_arr <> 0 or closing_arr <> 0

),

-- Until its next change an account closes each month as it opened it.
quiet_months as (

    select
        account_id,
        {{ each_number('month_number + 1', 'next_month') }} as standing_month,
        closing_arr as opening_arr,
        0 as new_arr,
        0 as expansion_arr,
        0 as reactivation_arr,
        0 as contraction_arr,
        0 as churn_arr,
        0 as fx_arr,
        closing_arr,
        cast(null as {{ dbt.type_string() }}) as movement,
        is_in_grace,
        carr
    from current_changes
    where closing_arr <> 0

),

-- Who pays for usage alone has months too, with no ARR.
usage_only_months as (

    select
        usage_months.account_id,
        usage_months.month_number as standing_month,
        0 as opening_arr,
        0 as new_arr,
        0 as expansion_arr,
        0 as reactivation_arr,
        0 as contraction_arr,
        0 as churn_arr,
        0 as fx_arr,
        0 as closing_arr,
        cast(null as {{ dbt.type_string() }}) as movement,
        false as is_in_grace,
        coalesce(contracts.carr, cast(0 as decimal(18, 2))) as carr
    from usage_months
    left join current_changes
        on
            usage_months.account_id = current_changes.account_id
            and usage_months.month_number >= current_changes.month_number
            and usage_months.month_number < current_changes.next_month
            and (
                current_changes.closing_arr <> 0
                or (
                    current_changes.opening_arr <> 0
                    and usage_months.month_number = current_changes.month_number
                )
            )
    left join contracts on usage_months.account_id = contracts.account_id
    where current_changes.account_id is null

),

account_months as (

    select * from changed_months
    union all
    select * from quiet_months
    union all
    select * from usage_only_months

)

select
    account_months.account_id,
    months.month_start,
    cast(account_months.opening_arr as decimal(18, 2)) as opening_arr,
    cast(account_months.new_arr as decimal(18, 2)) as new_arr,
    cast(account_months.expansion_arr as decimal(18, 2)) as expansion_arr,
    cast(account_months.reactivation_arr as decimal(18, 2)) as reactivation_arr,
    cast(account_months.contraction_arr as decimal(18, 2)) as contraction_arr,
    cast(account_months.churn_arr as decimal(18, 2)) as churn_arr,
    cast(account_months.fx_arr as decimal(18, 2)) as fx_arr,
    cast(account_months.closing_arr as decimal(18, 2)) as closing_arr,
    account_months.movement,
    account_months.is_in_grace,
    case when months.is_last_month then account_months.carr end as carr,
    case
        when usage_months.account_id is null then cast(0 as decimal(18, 2))
        else usage_months.usage_arr
    end as usage_arr
from account_months
inner join months on account_months.standing_month = months.month_number
left join usage_months
    on
        account_months.account_id = usage_months.account_id
        and account_months.standing_month = usage_months.month_number
