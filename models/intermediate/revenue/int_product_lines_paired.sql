with

lines as (

    select * from {{ ref('int_product_lines_left_by_steps') }}

),

contract_ids as (

    select * from {{ ref('int_contract_ids_resolved_to_present') }}

),

numbered as (

    select
        *,
        row_number() over (
            partition by account_id, product_id, month_number
            order by is_adjustment, item_id, direction, arr
        ) as line_no,
        count(*) over product_month as n_lines,
        min(direction) over product_month as lowest,
        max(direction) over product_month as highest
    from lines
    window product_month as (partition by account_id, product_id, month_number)

),

-- One line at each end is one line whatever it is, and one at either has no other: most
-- product-months, so that only the rest is read on.
plain as (

    select
        *,
        case when n_lines = 1 then line_no else 1 end as pair_no
    from numbered
    where n_lines = 1 or (n_lines = 2 and lowest < 0 and highest > 0)

),

mixed as (

    select
        numbered.account_id,
        numbered.product_id,
        numbered.month_number,
        numbered.line_no,
        numbered.direction,
        numbered.item_id,
        numbered.is_adjustment,
        numbered.currency,
        numbered.quantity,
        numbered.unit_list_arr,
        numbered.list_arr,
        numbered.arr,
        coalesce(renamed_items.present_id, numbered.item_id) as present_item_id,
        coalesce(renamed_contracts.present_id, numbered.subscription_id)
            as subscription_id
    from numbered
    left join contract_ids as renamed_items
        on
            numbered.item_id = renamed_items.old_id
            and renamed_items.id_kind = 'item'
            and not numbered.is_adjustment
    left join contract_ids as renamed_contracts
        on
            numbered.subscription_id = renamed_contracts.old_id
            and renamed_contracts.id_kind = 'subscription'
    where
        not (
            numbered.n_lines = 1
            or (numbered.n_lines = 2 and numbered.lowest < 0 and numbered.highest > 0)
        )

),

-- An item whose discount or id changed is itself; whatever has the same price is one
-- line.
same_item as (

    select
        *,
        case
            when max(direction) over item > min(direction) over item
                then min(line_no) over item
        end as item_pair_no
    from mixed
    window
        item as (
            partition by
                account_id, product_id, month_number, is_adjustment, present_item_id
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

select
    account_id,
    product_id,
    month_number,
    pair_no,
    direction,
    item_id,
    subscription_id,
    quantity,
    list_arr,
    arr
from plain

union all

-- What finds nothing at the other end is a line that came or left.
select
    account_id,
    product_id,
    month_number,
    coalesce(pair_no, line_no) as pair_no,
    direction,
    item_id,
    subscription_id,
    quantity,
    list_arr,
    arr
from replaced
