with

metered_days as (

    select * from {{ ref('stg_product__metered_days') }}

),

accounts as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

features as (

    select * from {{ ref('int_features_resolved_to_products') }}

)

select
    accounts.ultimate_account_id as account_id,
    features.product_id,
    metered_days.usage_date,
    metered_days.month_number,
    sum(metered_days.quantity) as quantity
from metered_days
inner join accounts on metered_days.account_id = accounts.account_id
inner join features on metered_days.feature_key = features.feature_key
group by
    accounts.ultimate_account_id,
    features.product_id,
    metered_days.usage_date,
    metered_days.month_number
