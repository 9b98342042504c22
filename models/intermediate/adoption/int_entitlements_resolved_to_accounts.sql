with

entitlements as (

    select * from {{ ref('stg_product__entitlements') }}

),

accounts as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

products as (

    select * from {{ ref('int_products_resolved_to_present') }}

)

select
    accounts.ultimate_account_id as account_id,
    products.present_product_id as product_id,
    entitlements.product_id as own_product_id,
    entitlements.meter,
    entitlements.limit_quantity,
    entitlements.valid_from,
    entitlements.valid_to,
    min(entitlements.valid_from) over (
        partition by accounts.ultimate_account_id, products.present_product_id
    ) as entitled_on,
    min(entitlements.valid_from) over (
        partition by
            accounts.ultimate_account_id,
            products.present_product_id,
            entitlements.meter
    ) as metered_from
from entitlements
inner join accounts on entitlements.account_id = accounts.account_id
inner join products on entitlements.product_id = products.product_id
