-- Fails if the drivers of an account that is there at both ends of a month are not its
-- change without fx, or if any other account has drivers.
{{ config(meta={'dagster': {'ref': {'name': 'expansion_drivers'}}}) }}
with

account_months as (

    select
        account_id,
        month_start,
        opening_arr,
        closing_arr,
        closing_arr - opening_arr - fx_arr as moved_arr
    from {{ ref('arr_account_months') }}

),

drivers as (

    select
        account_id,
        month_start,
        sum(arr_delta) as arr_delta
    from {{ ref('expansion_drivers') }}
    group by account_id, month_start

)

select
    coalesce(account_months.account_id, drivers.account_id) as account_id,
    coalesce(account_months.month_start, drivers.month_start) as month_start,
    account_months.moved_arr,
    drivers.arr_delta
from account_months
full outer join drivers
    on
        account_months.account_id = drivers.account_id
        and account_months.month_start = drivers.month_start
where
    case
        when account_months.opening_arr > 0 and account_months.closing_arr > 0
            then account_months.moved_arr <> coalesce(drivers.arr_delta, 0)
        else drivers.account_id is not null
    end
