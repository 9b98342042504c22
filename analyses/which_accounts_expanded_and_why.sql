-- Which accounts expanded in the last three months, and why?
with

account_months as (

    select * from {{ ref('arr_account_months') }}
    where movement = 'expansion'

),

drivers as (

    select * from {{ ref('expansion_drivers') }}

),

accounts as (

    select * from {{ ref('accounts') }}

),

last_three_months as (

    select distinct month_start
    from {{ ref('arr_bridge_months') }}
    order by month_start desc
    limit 3

)

select
    account_months.month_start,
    account_months.account_id,
    accounts.account_name,
    accounts.segment,
    account_months.expansion_arr,
    drivers.driver,
    drivers.product_id,
    drivers.previous_product_id,
    drivers.arr_delta
from account_months
inner join last_three_months
    on account_months.month_start = last_three_months.month_start
inner join accounts on account_months.account_id = accounts.account_id
inner join drivers
    on
        account_months.account_id = drivers.account_id
        and account_months.month_start = drivers.month_start
order by
    account_months.month_start desc,
    account_months.expansion_arr desc,
    account_months.account_id asc,
    drivers.arr_delta desc
