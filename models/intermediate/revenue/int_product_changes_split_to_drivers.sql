with

product_months as (

    select * from {{ ref('int_product_months_of_continuing_accounts') }}
    where not has_come and not has_left

),

changed as (

    select distinct
        account_id,
        product_id,
        month_number
    from {{ ref('int_product_lines_changed_in_months') }}

),

steps as (

    select * from {{ ref('int_contracted_steps_summed_to_product_months') }}

),

pairs as (

    select * from {{ ref('int_line_pairs_split_to_drivers') }}

),

-- Steps of a product that closes a month with the lines it opened it with undid each
-- other.
split as (

    select
        product_months.account_id,
        product_months.product_id,
        product_months.month_number,
        product_months.opening_arr,
        product_months.closing_arr,
        case
            when changed.account_id is null then 0
            else coalesce(steps.step_arr, 0)
        end as step_arr,
        coalesce(pairs.seats_arr, 0) as seats_arr,
        coalesce(pairs.discount_arr, 0) as discount_arr
    from product_months
    left join changed
        on
            product_months.account_id = changed.account_id
            and product_months.product_id = changed.product_id
            and product_months.month_number = changed.month_number
    left join steps
        on
            product_months.account_id = steps.account_id
            and product_months.product_id = steps.product_id
            and product_months.month_number = steps.month_number
    left join pairs
        on
            product_months.account_id = pairs.account_id
            and product_months.product_id = pairs.product_id
            and product_months.month_number = pairs.month_number

),

drivers as (

    select
        *,
        'contracted_step' as driver,
        step_arr as arr_delta
    from split
    union all
    select
        *,
        'seats' as driver,
        seats_arr as arr_delta
    from split
    union all
    select
        *,
        'discount' as driver,
        discount_arr as arr_delta
    from split
    union all
    -- The cents left by rounding, and what has no units, go to the price.
    select
        *,
        'price' as driver,
        closing_arr - opening_arr - step_arr - seats_arr - discount_arr as arr_delta
    from split

)

select
    account_id,
    product_id,
    month_number,
    driver,
    cast(arr_delta as decimal(18, 2)) as arr_delta,
    opening_arr,
    closing_arr
from drivers
where arr_delta <> 0
