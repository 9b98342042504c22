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

gaps as (

    select distinct
        account_id,
        product_id,
        valid_from,
        valid_to
    from held

),

-- A gap shows what was there on the day before it. What was below zero that day goes on
-- through the gap; what is first below zero in the gap begins after it.
below_zero as (

    select
        balances.account_id,
        balances.product_id,
        balances.currency,
        case
            when begun_in.account_id is null then balances.valid_from
            else begun_in.valid_to
        end as valid_from,
        case
            when ended_in.account_id is null then balances.valid_to
            else ended_in.valid_to
        end as valid_to,
        balances.arr,
        balances.list_arr,
        balances.quantity,
        begun_in.account_id is not null and begun_in.valid_to is null as is_gone
    from balances
    left join gaps as begun_in
        on
            balances.account_id = begun_in.account_id
            and balances.product_id = begun_in.product_id
            and balances.valid_from >= begun_in.valid_from
            and (begun_in.valid_to is null or balances.valid_from < begun_in.valid_to)
    left join gaps as ended_in
        on
            balances.account_id = ended_in.account_id
            and balances.product_id = ended_in.product_id
            and balances.valid_to >= ended_in.valid_from
            and (ended_in.valid_to is null or balances.valid_to < ended_in.valid_to)
    where balances.arr < 0

),

balances_with_held as (

    select
        balances.*,
        0 as is_held
    from balances
    where balances.arr > 0

    union all

    select
        account_id,
        product_id,
        currency,
        valid_from,
        valid_to,
        arr,
        list_arr,
        quantity,
        0 as is_held
    from below_zero
    where not is_gone and (valid_to is null or valid_from < valid_to)

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
