with

lines as (

    select * from {{ ref('int_product_lines_paired') }}

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

)

select
    account_id,
    product_id,
    month_number,
    cast(sum(seats_arr) as decimal(18, 2)) as seats_arr,
    cast(sum(discount_arr) as decimal(18, 2)) as discount_arr
from split
group by account_id, product_id, month_number
