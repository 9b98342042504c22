with

product_months as (

    select * from {{ ref('int_balance_changes_summed_to_product_months') }}
    where closing_arr > 0

),

products as (

    select * from {{ ref('int_products_resolved_to_present') }}

),

accounts as (

    select * from {{ ref('int_accounts_placed_in_scopes') }}

),

last_month as (

    select month_number from {{ ref('int_months') }}
    where is_last_month

)

select
    product_months.account_id,
    accounts.segment,
    product_months.product_id,
    products.product_family,
    products.tier_rank,
    product_months.closing_arr
from product_months
inner join last_month on product_months.next_month > last_month.month_number
inner join products on product_months.product_id = products.product_id
inner join accounts on product_months.account_id = accounts.account_id
