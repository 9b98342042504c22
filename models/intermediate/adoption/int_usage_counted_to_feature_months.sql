with

usage_months as (

    select * from {{ ref('int_usage_months_resolved_to_accounts') }}

),

months as (

    {{ months_to_add('int_months_stamped') }}

),

motion_policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

),

feature_months as (

    select
        usage_months.account_id,
        usage_months.product_id,
        usage_months.feature_key,
        usage_months.is_core,
        usage_months.month_number,
        months.month_stamp,
        count(distinct usage_months.user_id) filter (
            where usage_months.window_days <> 0
        ) as n_users,
        cast(bit_count(bit_or(usage_months.window_days)) as bigint) as n_days,
        cast(sum(usage_months.n_events) as bigint) as n_events
    from usage_months
    inner join months on usage_months.month_number = months.month_number
    group by
        usage_months.account_id,
        usage_months.product_id,
        usage_months.feature_key,
        usage_months.is_core,
        usage_months.month_number,
        months.month_stamp

)

select
    feature_months.account_id,
    feature_months.product_id,
    feature_months.feature_key,
    feature_months.is_core,
    feature_months.month_number,
    feature_months.n_users,
    feature_months.n_days,
    feature_months.n_events,
    feature_months.n_users >= motion_policy.adopted_feature_users
    and feature_months.n_days >= motion_policy.adopted_feature_days as is_adopted,
    feature_months.month_stamp
from feature_months
cross join motion_policy
