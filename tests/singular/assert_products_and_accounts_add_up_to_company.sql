-- Fails if the closing ARR of a month is not the same by product, by account and in the
-- company's bridge.
{{ config(meta={'dagster': {'ref': {'name': 'arr_bridge_months'}}}) }}
with

totals as (

    select
        month_start,
        closing_arr as products_arr,
        cast(0 as decimal(18, 2)) as accounts_arr,
        cast(0 as decimal(18, 2)) as company_arr
    from {{ ref('arr_product_months') }}

    union all

    select
        month_start,
        cast(0 as decimal(18, 2)) as products_arr,
        closing_arr as accounts_arr,
        cast(0 as decimal(18, 2)) as company_arr
    from {{ ref('arr_account_months') }}

    union all

    select
        month_start,
        cast(0 as decimal(18, 2)) as products_arr,
        cast(0 as decimal(18, 2)) as accounts_arr,
        closing_arr as company_arr
    from {{ ref('arr_bridge_months') }}
    where scope_type = 'company'

)

select
    month_start,
    sum(products_arr) as products_arr,
    sum(accounts_arr) as accounts_arr,
    sum(company_arr) as company_arr
from totals
group by month_start
having
    sum(products_arr) <> sum(accounts_arr)
    or sum(accounts_arr) <> sum(company_arr)
