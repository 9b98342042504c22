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
    product_months.opening_list_arr,
    product_months.closing_list_arr,
    product_months.opening_quantity,
    product_months.closing_quantity,
    product_months.opening_arr <= 0 and product_months.closing_arr > 0 as has_come,
    product_months.opening_arr > 0 and product_months.closing_arr <= 0 as has_left
from product_months
inner join account_months
    on
        product_months.account_id = account_months.account_id
        and product_months.month_number = account_months.month_number
inner join products on product_months.product_id = products.product_id
where account_months.opening_arr > 0 and account_months.closing_arr > 0
