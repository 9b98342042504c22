with

continuing as (

    select * from {{ ref('int_product_months_of_continuing_accounts') }}

),

swaps as (

    select * from {{ ref('int_products_swapped_in_families') }}

),

split as (

    select * from {{ ref('int_product_changes_split_to_drivers') }}

),

swapped_products as (

    select
        account_id,
        month_number,
        product_id
    from swaps
    union all
    select
        account_id,
        month_number,
        previous_product_id as product_id
    from swaps

),

alone as (

    select continuing.*
    from continuing
    left join swapped_products
        on
            continuing.account_id = swapped_products.account_id
            and continuing.month_number = swapped_products.month_number
            and continuing.product_id = swapped_products.product_id
    where
        swapped_products.account_id is null
        and (continuing.has_come or continuing.has_left)

),

drivers as (

    select
        account_id,
        product_id,
        cast(null as {{ dbt.type_string() }}) as previous_product_id,
        month_number,
        case when has_come then 'cross_sell' else 'product_drop' end as driver,
        closing_arr - opening_arr as arr_delta,
        opening_arr,
        closing_arr
    from alone

    union all

    select
        account_id,
        product_id,
        previous_product_id,
        month_number,
        driver,
        closing_arr - came_opening_arr + left_closing_arr - opening_arr as arr_delta,
        opening_arr,
        closing_arr
    from swaps

    union all

    select
        account_id,
        product_id,
        cast(null as {{ dbt.type_string() }}) as previous_product_id,
        month_number,
        driver,
        arr_delta,
        opening_arr,
        closing_arr
    from split

)

select
    account_id,
    product_id,
    previous_product_id,
    month_number,
    driver,
    cast(arr_delta as decimal(18, 2)) as arr_delta,
    opening_arr,
    closing_arr
from drivers
where arr_delta <> 0
