-- Fails if the contract lines of an account and month are not its opening, movement, fx
-- and closing in the bridge, or the opening that a retention looks back at: a cell that
-- cannot be followed down to what was signed.
{{ config(meta={'dagster': {'ref': {'name': 'arr_item_changes'}}}) }}
with

months as (

    select * from {{ ref('int_months') }}

),

lines as (

    select
        lag_months,
        month_start,
        account_id,
        sum(opening_arr) as opening_arr,
        sum(fx_arr) as fx_arr,
        sum(revalued_opening_arr) as revalued_opening_arr,
        sum(moved_arr) as moved_arr,
        sum(closing_arr) as closing_arr
    from {{ ref('arr_item_changes') }}
    group by lag_months, month_start, account_id

),

account_months as (

    select * from {{ ref('arr_bridge_accounts') }}
    where scope_type = 'company'

),

openings as (

    select
        openings.lag_months,
        openings.account_id,
        openings.opening_arr,
        months.month_start
    from {{ ref('int_openings_looked_back_at') }} as openings
    inner join months
        on
            openings.first_month <= months.month_number
            and openings.end_month > months.month_number
    where not openings.is_family

),

figures as (

    select
        1 as lag_months,
        month_start,
        account_id,
        opening_arr,
        fx_arr,
        0 as revalued_opening_arr,
        moved_arr,
        closing_arr
    from account_months

    union all

    select
        lag_months,
        month_start,
        account_id,
        0 as opening_arr,
        0 as fx_arr,
        opening_arr as revalued_opening_arr,
        0 as moved_arr,
        0 as closing_arr
    from openings

    union all

    select
        lag_months,
        month_start,
        account_id,
        case when lag_months = 1 then -opening_arr else 0 end as opening_arr,
        case when lag_months = 1 then -fx_arr else 0 end as fx_arr,
        -revalued_opening_arr as revalued_opening_arr,
        case when lag_months = 1 then -moved_arr else 0 end as moved_arr,
        case when lag_months = 1 then -closing_arr else 0 end as closing_arr
    from lines

)

select
    lag_months,
    month_start,
    account_id,
    sum(opening_arr) as opening_arr,
    sum(fx_arr) as fx_arr,
    sum(revalued_opening_arr) as revalued_opening_arr,
    sum(moved_arr) as moved_arr,
    sum(closing_arr) as closing_arr
from figures
group by lag_months, month_start, account_id
having
    sum(opening_arr) <> 0
    or sum(fx_arr) <> 0
    or sum(revalued_opening_arr) <> 0
    or sum(moved_arr) <> 0
    or sum(closing_arr) <> 0
