with

usage_months as (

    select * from {{ ref('stg_product__usage_months') }}
    where used_days <> 0

),

features as (

    select * from {{ ref('int_features_resolved_to_products') }}

),

motion_policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

),

accounts as (

    select
        account_id,
        ultimate_account_id,
        count(*) over (partition by ultimate_account_id) > 1 as has_siblings
    from {{ ref('int_accounts_resolved_to_ultimate') }}

)

select
    accounts.ultimate_account_id as account_id,
    accounts.has_siblings,
    usage_months.user_id,
    usage_months.feature_key,
    features.product_id,
    features.is_core,
    usage_months.month_number,
    usage_months.balance_on,
    usage_months.used_days,
    usage_months.used_days
    & {{ lowest_bits('motion_policy.adoption_window_days') }} as window_days,
    usage_months.n_events
from usage_months
inner join accounts on usage_months.account_id = accounts.account_id
inner join features on usage_months.feature_key = features.feature_key
cross join motion_policy
