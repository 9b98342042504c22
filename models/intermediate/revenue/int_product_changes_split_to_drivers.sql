with

product_months as (

    select * from {{ ref('int_product_months_of_continuing_accounts') }}
    where not has_come and not has_left

),

steps as (

    select * from {{ ref('int_contracted_steps_summed_to_product_months') }}

),

discount_changes as (

    select * from {{ ref('int_discounts_changed_in_product_months') }}

),

-- A contracted step moves the opening first; what it leaves is seats and price.
stepped as (

    select
        product_months.account_id,
        product_months.product_id,
        product_months.month_number,
        product_months.opening_arr,
        product_months.closing_arr,
        product_months.closing_quantity,
        product_months.closing_list_arr - product_months.closing_arr
            as closing_discount,
        coalesce(steps.step_arr, 0) as step_arr,
        product_months.opening_arr + coalesce(steps.step_arr, 0) as stepped_arr,
        product_months.opening_quantity + coalesce(steps.step_quantity, 0)
            as stepped_quantity,
        product_months.opening_list_arr + coalesce(steps.step_list_arr, 0)
        - product_months.opening_arr - coalesce(steps.step_arr, 0) as stepped_discount,
        discount_changes.account_id is not null as has_discount_change
    from product_months
    left join steps
        on
            product_months.account_id = steps.account_id
            and product_months.product_id = steps.product_id
            and product_months.month_number = steps.month_number
    left join discount_changes
        on
            product_months.account_id = discount_changes.account_id
            and product_months.product_id = discount_changes.product_id
            and product_months.month_number = discount_changes.month_number

),

per_unit as (

    select
        *,
        stepped_quantity > 0 and closing_quantity > 0 as has_units,
        stepped_arr / nullif(stepped_quantity, 0) as stepped_price,
        closing_arr / nullif(closing_quantity, 0) as closing_price,
        stepped_discount / nullif(stepped_quantity, 0) as stepped_unit_discount,
        closing_discount / nullif(closing_quantity, 0) as closing_unit_discount
    from stepped

),

-- The eighth decimal is where floating point ends and half a cent is still exact.
split as (

    select
        *,
        case
            when has_units
                then cast(round(cast(
                    (stepped_price + closing_price) / 2
                    * (closing_quantity - stepped_quantity)
                    as decimal(38, 8)
                ), 2) as decimal(18, 2))
            else 0
        end as seats_arr,
        case
            when has_units and has_discount_change
                then cast(round(cast(
                    (stepped_quantity + closing_quantity) / 2
                    * (stepped_unit_discount - closing_unit_discount)
                    as decimal(38, 8)
                ), 2) as decimal(18, 2))
            else 0
        end as discount_arr
    from per_unit

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
    -- The cent left by rounding goes to the price.
    select
        *,
        'price' as driver,
        closing_arr - stepped_arr - seats_arr - discount_arr as arr_delta
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
