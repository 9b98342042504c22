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

-- What an adjustment leaves below zero in a gap gives way to what is held through it.
below_zero_in_gaps as (

    select distinct
        balances.account_id,
        balances.product_id,
        balances.currency,
        balances.valid_from
    from balances
    inner join held
        on
            balances.account_id = held.account_id
            and balances.product_id = held.product_id
            and balances.valid_from >= held.valid_from
            and (held.valid_to is null or balances.valid_from < held.valid_to)
    where balances.arr < 0

),

balances_with_held as (

    select
        balances.*,
        0 as is_held
    from balances
    left join below_zero_in_gaps
        on
            balances.account_id = below_zero_in_gaps.account_id
            and balances.product_id = below_zero_in_gaps.product_id
            and balances.currency = below_zero_in_gaps.currency
            and balances.valid_from = below_zero_in_gaps.valid_from
    where below_zero_in_gaps.account_id is null

    union all

    select
        held.*,
        1 as is_held
    from held

),

-- A balance shows in the months whose balance date it covers: from first_month up to,
-- not including, end_month. One that lies between two balance dates shows nowhere.
sampled as (

    select
        balances.account_id,
        balances.product_id,
        balances.currency,
        balances.arr,
        balances.list_arr,
        balances.quantity,
        balances.is_held,
        balances.valid_from,
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
