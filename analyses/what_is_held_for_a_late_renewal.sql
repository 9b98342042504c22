-- What is held for a renewal that is late: ARR that leaves if it is not signed in time?
with

product_months as (

    select * from {{ ref('arr_product_months') }}
    where is_in_grace

),

accounts as (

    select * from {{ ref('accounts') }}

),

last_month as (

    select max(month_start) as month_start
    from {{ ref('arr_bridge_months') }}

)

select
    product_months.account_id,
    accounts.account_name,
    accounts.account_manager_user_id,
    product_months.product_id,
    product_months.closing_arr as held_arr,
    accounts.current_arr
from product_months
inner join last_month on product_months.month_start = last_month.month_start
inner join accounts on product_months.account_id = accounts.account_id
order by held_arr desc, product_months.account_id asc
