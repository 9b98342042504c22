with

drivers as (

    select * from {{ ref('int_continuing_account_changes_stacked_to_drivers') }}

),

months as (

    select * from {{ ref('int_months') }}

)

select
    drivers.account_id,
    drivers.product_id,
    drivers.previous_product_id,
    months.month_start,
    drivers.driver,
    drivers.arr_delta,
    drivers.opening_arr,
    drivers.closing_arr
from drivers
inner join months on drivers.month_number = months.month_number
