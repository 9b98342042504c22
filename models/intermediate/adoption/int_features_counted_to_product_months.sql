with

entitlements as (

    select * from {{ ref('int_entitlements_sampled_to_months') }}

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

used as (

    select * from {{ ref('int_usage_counted_to_feature_months') }}
    where month_number in (select months.month_number from months)

),

-- A retired product's features go with its own entitlements alone.
entitled as (

    select distinct
        entitlements.account_id,
        entitlements.product_id,
        entitlements.month_number,
        features.feature_key
    from entitlements
    inner join months on entitlements.month_number = months.month_number
    inner join features on entitlements.own_product_id = features.own_product_id

),

parts as (

    select
        entitled.account_id,
        entitled.product_id,
        entitled.month_number,
        1 as n_features_entitled,
        case when used.is_adopted then 1 else 0 end as n_features_adopted,
        0 as core_events
    from entitled
    left join used
        on
            entitled.account_id = used.account_id
            and entitled.feature_key = used.feature_key
            and entitled.month_number = used.month_number

    union all

    select
        account_id,
        product_id,
        month_number,
        0 as n_features_entitled,
        0 as n_features_adopted,
        case when is_core then n_events else 0 end as core_events
    from used

),

counted as (

    select
        account_id,
        product_id,
        month_number,
        cast(sum(n_features_entitled) as bigint) as n_features_entitled,
        cast(sum(n_features_adopted) as bigint) as n_features_adopted,
        cast(sum(core_events) as bigint) as core_events
    from parts
    group by account_id, product_id, month_number

)

select
    counted.account_id,
    counted.product_id,
    counted.month_number,
    counted.n_features_entitled,
    counted.n_features_adopted,
    counted.core_events,
    counted.n_features_entitled > 0
    and counted.n_features_adopted
    >= counted.n_features_entitled * motion_policy.adopted_breadth_rate as is_adopted,
    months.month_stamp
from counted
inner join months on counted.month_number = months.month_number
cross join motion_policy
