with

<<<<<<< HEAD
=======
entitlements as (

    select * from {{ ref('int_entitlements_sampled_to_months') }}

),

features as (

    select * from {{ ref('int_features_resolved_to_products') }}

),

months as (

    {{ months_to_add('int_months_stamped', 'month_start') }}

),

used as (

    select * from {{ ref('int_usage_counted_to_feature_months') }}
    where month_number in (select months.month_number from months)

),

entitled as (

    select distinct
        entitlements.account_id,
        entitlements.month_number,
        features.feature_key
    from entitlements
    inner join months on entitlements.month_number = months.month_number
    inner join features on entitlements.own_product_id = features.own_product_id

),

>>>>>>> h1
feature_months as (

    select * from {{ ref('int_adoption_measured_in_feature_months') }}

)

select
    account_id,
    feature_key,
    product_id,
    month_start,
    is_core,
    is_premium,
    is_entitled,
    n_users,
    n_days,
    n_events,
    is_adopted
from feature_months
