with

lines as (

    select * from {{ ref('int_product_lines_left_by_steps') }}

),

numbered as (

    select
        *,
        row_number() over (
            partition by account_id, product_id, month_number
            order by is_adjustment, item_id, direction, arr
        ) as line_no
    from lines

),

-- An item whose discount changed is itself; whatever has the same price is one line.
same_item as (

    select
        *,
        case
            when max(direction) over item > min(direction) over item
                then min(line_no) over item
        end as item_pair_no
    from numbered
    window
        item as (
            partition by
                account_id, product_id, month_number, is_adjustment, item_id
        )

),

same_price as (

    select
        *,
        case
            when item_pair_no is not null then item_pair_no
            when max(direction) over price > min(direction) over price
                then min(line_no) over price
        end as pair_no
    from same_item
    window
        price as (
            partition by
                account_id,
                product_id,
                month_number,
                item_pair_no is null,
                currency,
                unit_list_arr
        )

),

-- An amendment of the contract first; full tiers and a fee keep their quantity.
amended_at_same_quantity as (

    {{ lines_paired('same_price', 'subscription_id, quantity') }}

),

amended as (

    {{ lines_paired('amended_at_same_quantity', 'subscription_id') }}

),

replaced_at_same_quantity as (

    {{ lines_paired('amended', 'quantity') }}

),

replaced as (

    {{ lines_paired('replaced_at_same_quantity') }}

)

-- What finds nothing at the other end is a line that came or left.
select
    account_id,
    product_id,
    month_number,
    coalesce(pair_no, line_no) as pair_no,
    direction,
    item_id,
    quantity,
    list_arr,
    arr
from replaced
