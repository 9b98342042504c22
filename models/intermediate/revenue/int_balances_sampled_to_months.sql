with

balances as (

    select * from {{ ref('int_balances_accumulated_to_periods') }}

),

held as (

    select * from {{ ref('int_balance_gaps_held') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

balances_with_held as (

    select *, 0 as is_held from balances
    union all
    select *, 1 as is_held from held

),

-- A balance shows in the months whose balance date it covers: from first_month up to, not
-- including, end_month. One that starts and ends between two balance dates shows nowhere.
sampled as (

    select
        balances.account_id,
        balances.product_id,
        balances.currency,
        balances.arr,
        balances.list_arr,
        balances.quantity,
        balances.is_held,
        {{ sampled_month('balances.valid_from') }} as first_month,
        case
            when balances.valid_to is null then policy.last_month + 1
            else least({{ sampled_month('balances.valid_to') }}, policy.last_month + 1)
        end as end_month
    from balances_with_held as balances
    cross join policy

)

select *
from sampled
where first_month < end_month
