with

used as (

    select * from {{ ref('stg_product__usage_account_months') }}

),

entitlements as (

    select * from {{ ref('int_entitlements_resolved_to_accounts') }}

),

accounts as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

features as (

    select * from {{ ref('int_features_resolved_to_products') }}

),

months as (

    select * from {{ ref('int_months') }}

),

metric_policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

motion_policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

),

signals as (

    select * from {{ ref('stg_policy__signals') }}
    where signal = 'seat_utilisation'

),

-- Contents as numbers that add up, so that a stamp costs a few sums.
linked_accounts as (

    select
        account_id,
        {{ hash_number("concat(account_id, '>', ultimate_account_id)") }} as fingerprint
    from accounts

),

hashed_entitlements as (

    select
        valid_from,
        valid_to,
        {{ hash_number(
            "concat_ws('>', account_id, own_product_id, product_id, meter,"
            ~ " limit_quantity, entitled_on, metered_from)"
        ) }} as fingerprint
    from entitlements

),

all_features as (

    select
        sum({{ hash_number(
            "concat_ws('>', feature_key, own_product_id, product_id, is_core, is_premium)"
        ) }}) as fingerprint
    from features

),

used_months as (

    select
        used.month_number,
        sum(used.n_rows) as n_rows,
        sum(used.n_events) as n_events,
        sum(used.used_days) as used_days,
        sum(linked_accounts.fingerprint) as links
    from used
    left join linked_accounts on used.account_id = linked_accounts.account_id
    group by used.month_number

),

entitled_months as (

    select
        months.month_number,
        count(*) as n_rights,
        sum(hashed_entitlements.fingerprint) as rights
    from months
    inner join hashed_entitlements
        on
            months.balance_on >= hashed_entitlements.valid_from
            and (
                hashed_entitlements.valid_to is null
                or months.balance_on < hashed_entitlements.valid_to
            )
    group by months.month_number

),

contents as (

    select
        month_number,
        n_rows,
        n_events,
        used_days,
        links,
        0 as n_rights,
        0 as rights
    from used_months

    union all

    select
        month_number,
        0 as n_rows,
        0 as n_events,
        0 as used_days,
        0 as links,
        n_rights,
        rights
    from entitled_months

),

-- A month's figures look back at the months before it: what changes one changes all
-- that follow.
so_far as (

    select
        months.month_number,
        coalesce(sum(contents.n_rows), 0) as n_rows,
        coalesce(sum(contents.n_events), 0) as n_events,
        coalesce(sum(contents.used_days), 0) as used_days,
        coalesce(sum(contents.links), 0) as links,
        coalesce(sum(contents.n_rights), 0) as n_rights,
        coalesce(sum(contents.rights), 0) as rights
    from months
    left join contents on months.month_number >= contents.month_number
    group by months.month_number

)

select
    months.month_number,
    months.month_start,
    months.balance_on,
    so_far.n_rows > 0 as is_logged,
    so_far.n_rights > 0 as has_entitlements,
    {{ dbt.datediff('months.balance_on', 'metric_policy.as_of_date', 'day') }}
    <= motion_policy.late_usage_days as is_open,
    {{ dbt.hash(
        "concat_ws(' ', '" ~ code_stamp() ~ "',"
        ~ " months.balance_on, so_far.n_rows, so_far.n_events,"
        ~ " so_far.used_days, so_far.links,"
        ~ " so_far.rights, coalesce(all_features.fingerprint, 0),"
        ~ " motion_policy.adoption_window_days, motion_policy.adopted_feature_users,"
        ~ " motion_policy.adopted_feature_days, motion_policy.adopted_breadth_rate,"
        ~ " motion_policy.limit_trend_days, motion_policy.new_user_months,"
        ~ " signals.window_days)"
    ) }} as month_stamp
from months
inner join so_far on months.month_number = so_far.month_number
cross join all_features
cross join metric_policy
cross join motion_policy
left join signals on true
