with

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

feature_months as (

    select
        coalesce(entitled.account_id, used.account_id) as account_id,
        coalesce(entitled.feature_key, used.feature_key) as feature_key,
        coalesce(entitled.month_number, used.month_number) as month_number,
        case when entitled.account_id is not null then true end as is_entitled,
        used.n_users,
        used.n_days,
        used.n_events,
        used.is_adopted
    from entitled
    full outer join used
        on
            entitled.account_id = used.account_id
            and entitled.feature_key = used.feature_key
            and entitled.month_number = used.month_number

)

select
    feature_months.account_id,
    feature_months.feature_key,
    features.product_id,
    months.month_start,
    features.is_core,
    features.is_premium,
    -- Before the first entitlement of any account nobody knows who has what.
    case
        when months.has_entitlements then coalesce(feature_months.is_entitled, false)
    end as is_entitled,
    -- Before the log begins nobody knows: that is not the same as none.
    case when months.is_logged then coalesce(feature_months.n_users, 0) end as n_users,
    case when months.is_logged then coalesce(feature_months.n_days, 0) end as n_days,
    case when months.is_logged then coalesce(feature_months.n_events, 0) end
        as n_events,
    case when months.is_logged then coalesce(feature_months.is_adopted, false) end
        as is_adopted,
    months.month_stamp
from feature_months
inner join features on feature_months.feature_key = features.feature_key
inner join months on feature_months.month_number = months.month_number
