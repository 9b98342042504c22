with

usage_months as (

    select * from {{ ref('int_usage_months_resolved_to_accounts') }}

),

months as (

    {{ months_to_add('int_months_stamped') }}

),

features as (

    select * from {{ ref('int_features_resolved_to_products') }}

),

motion_policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

),

-- A raw account has one row per user: only among siblings can one be there twice.
feature_months as (

    select
        account_id,
        feature_key,
        month_number,
        count(case when window_days <> 0 and not has_siblings then 1 end)
        + count(distinct case when window_days <> 0 and has_siblings then user_id end)
            as n_users,
        bit_or(window_days) as window_days,
        sum(n_events) as n_events
    from usage_months
    where month_number in (select months.month_number from months)
    group by account_id, feature_key, month_number

)

select
    feature_months.account_id,
    features.product_id,
    feature_months.feature_key,
    features.is_core,
    feature_months.month_number,
    feature_months.n_users,
    cast(bit_count(feature_months.window_days) as bigint) as n_days,
    cast(feature_months.n_events as bigint) as n_events,
    feature_months.n_users >= motion_policy.adopted_feature_users
    and bit_count(feature_months.window_days)
    >= motion_policy.adopted_feature_days as is_adopted,
    months.month_stamp
from feature_months
inner join features on feature_months.feature_key = features.feature_key
inner join months on feature_months.month_number = months.month_number
cross join motion_policy
