with

drivers as (

    select * from {{ ref('expansion_drivers') }}
    where arr_delta > 0

),

shares as (

    select * from {{ ref('int_credit_shares_placed_on_owners') }}

),

months as (

    select * from {{ ref('int_months') }}

),

gross as (

    select
        account_id,
        month_start,
        sum(arr_delta) as gross_arr
    from drivers
    group by account_id, month_start

),

-- Who was not there on the balance date earned nothing in the month.
credits as (

    select
        drivers.account_id,
        shares.owner_user_id,
        shares.role,
        drivers.month_start,
        cast(round(sum(
            cast(drivers.arr_delta as decimal(38, 2)) * shares.credit_share
        ), 2) as decimal(18, 2)) as credited_arr
    from drivers
    inner join shares
        on
            drivers.account_id = shares.account_id
            and drivers.driver = shares.driver
    inner join months
        on
            drivers.month_start = months.month_start
            and shares.started_on <= months.balance_on
            and (shares.ended_on is null or shares.ended_on > months.balance_on)
    group by
        drivers.account_id,
        shares.owner_user_id,
        shares.role,
        drivers.month_start

),

credited as (

    select
        account_id,
        month_start,
        sum(credited_arr) as credited_arr
    from credits
    group by account_id, month_start

)

select
    account_id,
    owner_user_id,
    role,
    month_start,
    credited_arr,
    cast(0 as decimal(18, 2)) as uncredited_arr
from credits

union all

select
    gross.account_id,
    cast(null as {{ dbt.type_string() }}) as owner_user_id,
    cast(null as {{ dbt.type_string() }}) as role,
    gross.month_start,
    cast(0 as decimal(18, 2)) as credited_arr,
    cast(gross.gross_arr - coalesce(credited.credited_arr, 0) as decimal(18, 2))
        as uncredited_arr
from gross
left join credited
    on
        gross.account_id = credited.account_id
        and gross.month_start = credited.month_start
where gross.gross_arr <> coalesce(credited.credited_arr, 0)
