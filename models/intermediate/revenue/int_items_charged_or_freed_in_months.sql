with

items as (

    select * from {{ ref('int_arr_items_resolved_to_accounts') }}
    where not is_adjustment and (valid_to is null or valid_from < valid_to)

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

wholly_discounted as (

    select distinct item_id
    from items
    where arr = 0

),

sampled as (

    select
        items.item_id,
        items.account_id,
        items.product_id,
        items.arr > 0 as is_charged,
        {{ sampled_month('items.valid_from') }} as first_month,
        case
            when items.valid_to is null then policy.last_month + 1
            else {{ sampled_month('items.valid_to') }}
        end as end_month
    from items
    inner join wholly_discounted on items.item_id = wholly_discounted.item_id
    cross join policy

)

-- At one balance the item is free, at the next it is not, or the reverse.
select distinct
    later.account_id,
    later.product_id,
    later.first_month as month_number,
    later.is_charged
from sampled as earlier
inner join sampled as later
    on
        earlier.item_id = later.item_id
        and earlier.end_month = later.first_month
        and earlier.is_charged <> later.is_charged
where
    earlier.first_month < earlier.end_month
    and later.first_month < later.end_month
