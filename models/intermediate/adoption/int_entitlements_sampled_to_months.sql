with

entitlements as (

    select * from {{ ref('int_entitlements_resolved_to_accounts') }}

),

months as (

    {{ months_to_add('int_months_stamped') }}

)

select
    entitlements.account_id,
    entitlements.product_id,
    entitlements.own_product_id,
    entitlements.meter,
    months.month_number,
    months.balance_on,
    entitlements.limit_quantity,
    entitlements.entitled_on,
    entitlements.metered_from,
    months.month_stamp
from entitlements
inner join months
    on
        entitlements.valid_from <= months.balance_on
        and (
            entitlements.valid_to is null
            or entitlements.valid_to > months.balance_on
        )
