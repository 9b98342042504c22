with

lines as (

    select
        *,
        min(direction) over pair = max(direction) over pair as is_alone
    from {{ ref('int_product_lines_paired') }}
    window pair as (partition by account_id, product_id, month_number, pair_no)

),

discounts as (

    select * from {{ ref('int_discounts_changed_in_item_months') }}

),

pairs as (

    select
        lines.account_id,
        lines.product_id,
        lines.month_number,
        lines.pair_no,
        sum(case when lines.direction < 0 then lines.quantity else 0 end) as q0,
        sum(case when lines.direction > 0 then lines.quantity else 0 end) as q1,
        sum(case when lines.direction < 0 then lines.arr else 0 end) as arr0,
        sum(case when lines.direction > 0 then lines.arr else 0 end) as arr1,
        sum(
            case when lines.direction < 0 then lines.list_arr - lines.arr else 0 end
        ) as off0,
        sum(
            case when lines.direction > 0 then lines.list_arr - lines.arr else 0 end
        ) as off1,
        min(lines.direction) = max(lines.direction) as is_alone,
        count(discounts.item_id) > 0 as has_discount_change
    from lines
    left join discounts
        on
            lines.item_id = discounts.item_id
            and lines.month_number = discounts.month_number
    group by lines.account_id, lines.product_id, lines.month_number, lines.pair_no

),

-- A line that came or left took all its units along.
split as (

    select
        account_id,
        product_id,
        month_number,
        case when not is_alone and q0 > 0 and q1 > 0 then q1 - q0 else 0 end as units,
        case
            when is_alone and q0 + q1 > 0 then arr1 - arr0
            when q0 > 0 and q1 > 0
                then {{ part_in_cents('(arr0 / q0 + arr1 / q1) / 2 * (q1 - q0)') }}
            else 0
        end as seats_arr,
        case
            when q0 > 0 and q1 > 0 and has_discount_change
                then {{ part_in_cents('(q0 + q1) / 2 * (off0 / q0 - off1 / q1)') }}
            else 0
        end as discount_arr
    from pairs

),

summed as (

    select
        account_id,
        product_id,
        month_number,
        sum(seats_arr) as seats_arr,
        sum(discount_arr) as discount_arr,
        sum(case when units > 0 then units else 0 end) as units_up,
        sum(case when units > 0 then seats_arr else 0 end) as arr_up,
        sum(case when units < 0 then -units else 0 end) as units_down,
        sum(case when units < 0 then -seats_arr else 0 end) as arr_down
    from split
    group by account_id, product_id, month_number

),

settled as (

    select distinct
        account_id,
        product_id,
        month_number,
        subscription_id
    from lines
    where not is_alone and subscription_id is not null

),

-- Lines that came or left with their contract.
loose as (

    select
        lines.account_id,
        lines.product_id,
        lines.month_number,
        lines.direction,
        sum(lines.quantity) as units,
        sum(lines.arr) as arr
    from lines
    left join settled
        on
            lines.account_id = settled.account_id
            and lines.product_id = settled.product_id
            and lines.month_number = settled.month_number
            and lines.subscription_id = settled.subscription_id
    where lines.is_alone and lines.quantity > 0 and settled.subscription_id is null
    group by
        lines.account_id,
        lines.product_id,
        lines.month_number,
        lines.direction

),

-- Units of a contract that left, as far as lines of others grew, and the reverse, only
-- moved: what they cost more or less is price.
moved as (

    select
        loose.account_id,
        loose.product_id,
        loose.month_number,
        sum(case
            when loose.direction < 0 and summed.units_up > 0
                then {{ part_in_cents(
                    'least(loose.units, summed.units_up)'
                    ~ ' * (cast(summed.arr_up as double) / summed.units_up'
                    ~ ' - cast(loose.arr as double) / loose.units)'
                ) }}
            when loose.direction > 0 and summed.units_down > 0
                then {{ part_in_cents(
                    'least(loose.units, summed.units_down)'
                    ~ ' * (cast(loose.arr as double) / loose.units'
                    ~ ' - cast(summed.arr_down as double) / summed.units_down)'
                ) }}
            else 0
        end) as price_arr
    from loose
    inner join summed
        on
            loose.account_id = summed.account_id
            and loose.product_id = summed.product_id
            and loose.month_number = summed.month_number
    group by loose.account_id, loose.product_id, loose.month_number

)

select
    summed.account_id,
    summed.product_id,
    summed.month_number,
    cast(summed.seats_arr - coalesce(moved.price_arr, 0) as decimal(18, 2))
        as seats_arr,
    cast(summed.discount_arr as decimal(18, 2)) as discount_arr
from summed
left join moved
    on
        summed.account_id = moved.account_id
        and summed.product_id = moved.product_id
        and summed.month_number = moved.month_number
