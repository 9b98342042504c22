with

product_months as (

    select * from {{ ref('int_product_months_of_continuing_accounts') }}
    where has_come or has_left

),

-- The highest tier that came takes the place of the highest that left, and so on down.
ranked as (

    select
        *,
        row_number() over (
            partition by account_id, month_number, product_family, has_come
            order by tier_rank desc nulls last, product_id asc
        ) as place
    from product_months

)

select
    came.account_id,
    came.month_number,
    came.product_id,
    gone.product_id as previous_product_id,
    gone.opening_arr,
    came.closing_arr,
    came.opening_arr as came_opening_arr,
    gone.closing_arr as left_closing_arr,
    case
        when came.tier_rank > gone.tier_rank then 'tier_upgrade'
        when came.tier_rank < gone.tier_rank then 'tier_downgrade'
        when came.closing_arr >= gone.opening_arr then 'tier_upgrade'
        else 'tier_downgrade'
    end as driver
from ranked as came
inner join ranked as gone
    on
        came.account_id = gone.account_id
        and came.month_number = gone.month_number
        and came.product_family = gone.product_family
        and came.place = gone.place
        and came.has_come
        and gone.has_left
