with

product_months as (

    select * from {{ ref('int_balance_changes_summed_to_product_months') }}

),

account_months as (

    select * from {{ ref('int_balance_changes_summed_to_account_months') }}

),

products as (

    select
        product_id,
        product_family,
        tier_rank
    from {{ ref('int_products_resolved_to_present') }}
    where product_id = present_product_id

),

-- A discount of all of an item takes no product away: its units are still there.
discounts as (

    select * from {{ ref('int_items_charged_or_freed_in_months') }}

)

-- New, churned and reactivated accounts have no drivers: all of it is one movement.
select
    product_months.account_id,
    product_months.product_id,
    product_months.month_number,
    products.product_family,
    products.tier_rank,
    product_months.opening_arr,
    product_months.closing_arr,
    product_months.opening_arr <= 0
    and product_months.closing_arr > 0
    and charged.account_id is null as has_come,
    product_months.opening_arr > 0
    and product_months.closing_arr <= 0
    and freed.account_id is null as has_left
from product_months
inner join account_months
    on
        product_months.account_id = account_months.account_id
        and product_months.month_number = account_months.month_number
inner join products on product_months.product_id = products.product_id
left join discounts as charged
    on
        product_months.account_id = charged.account_id
        and product_months.product_id = charged.product_id
        and product_months.month_number = charged.month_number
        and charged.is_charged
left join discounts as freed
    on
        product_months.account_id = freed.account_id
        and product_months.product_id = freed.product_id
        and product_months.month_number = freed.month_number
        and not freed.is_charged
where account_months.opening_arr > 0 and account_months.closing_arr > 0
