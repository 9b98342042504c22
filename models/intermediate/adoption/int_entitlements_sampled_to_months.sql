with

entitlements as (

    select * from {{ ref('stg_product__entitlements') }}

),

accounts as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

products as (

    select * from {{ ref('int_products_resolved_to_present') }}

),

months as (

    select * from {{ ref('int_months') }}

),

resolved as (

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

)

select
    resolved.account_id,
    resolved.product_id,
    resolved.own_product_id,
    resolved.meter,
    months.month_number,
    months.balance_on,
    resolved.limit_quantity,
    resolved.entitled_on,
    resolved.metered_from
from resolved
inner join months
    on
        resolved.valid_from <= months.balance_on
        and (resolved.valid_to is null or resolved.valid_to > months.balance_on)
