with

product_months as (

    select * from {{ ref('int_product_months_of_continuing_accounts') }}
    where not has_come and not has_left

),

items as (

    select * from {{ ref('int_arr_items_resolved_to_accounts') }}
    where valid_to is null or valid_from < valid_to

),

months as (

    select * from {{ ref('int_months') }}

),

gaps as (

    select distinct
        account_id,
        product_id,
        valid_from,
        valid_to,
        cast({{ dbt.dateadd('day', -1, 'valid_from') }} as date) as held_on
    from {{ ref('int_balance_gaps_held') }}

),

ends as (

    select
        product_months.account_id,
        product_months.product_id,
        product_months.month_number,
        opening_months.balance_on as opening_on,
        closing_months.balance_on as closing_on
    from product_months
    inner join months as opening_months
        on product_months.month_number = opening_months.month_number + 1
    inner join months as closing_months
        on product_months.month_number = closing_months.month_number

),

-- What is held through a gap are the lines of the day before it.
counted as (

    select
        ends.account_id,
        ends.product_id,
        ends.month_number,
        coalesce(opening_gaps.held_on, ends.opening_on) as opening_on,
        coalesce(closing_gaps.held_on, ends.closing_on) as closing_on
    from ends
    left join gaps as opening_gaps
        on
            ends.account_id = opening_gaps.account_id
            and ends.product_id = opening_gaps.product_id
            and ends.opening_on >= opening_gaps.valid_from
            and (
                opening_gaps.valid_to is null
                or ends.opening_on < opening_gaps.valid_to
            )
    left join gaps as closing_gaps
        on
            ends.account_id = closing_gaps.account_id
            and ends.product_id = closing_gaps.product_id
            and ends.closing_on >= closing_gaps.valid_from
            and (
                closing_gaps.valid_to is null
                or ends.closing_on < closing_gaps.valid_to
            )

),

compared as (

    select
        items.*,
        counted.month_number,
        case
            when
                counted.opening_on >= items.valid_from
                and (items.valid_to is null or counted.opening_on < items.valid_to)
                then 1
            else 0
        end as n_opening,
        case
            when
                counted.closing_on >= items.valid_from
                and (items.valid_to is null or counted.closing_on < items.valid_to)
                then 1
            else 0
        end as n_closing
    from counted
    inner join items
        on
            counted.account_id = items.account_id
            and counted.product_id = items.product_id

)

-- A line that is there at both ends has moved nothing.
select
    account_id,
    product_id,
    month_number,
    cast(sum(n_closing - n_opening) as integer) as direction,
    item_id,
    is_adjustment,
    subscription_id,
    currency,
    quantity,
    unit_list_arr,
    list_arr,
    arr
from compared
where n_opening <> n_closing
group by
    account_id,
    product_id,
    month_number,
    item_id,
    is_adjustment,
    subscription_id,
    currency,
    quantity,
    unit_list_arr,
    list_arr,
    arr
having sum(n_closing - n_opening) <> 0
