with

usage_months as (

    select * from {{ ref('stg_product__usage_months') }}

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

used_accounts as (

    select distinct
        month_number,
        account_id
    from usage_months

),

used_features as (

    select distinct
        month_number,
        feature_key
    from usage_months

),

-- What a month's figures are made of, as numbers that add up: the usage, and what its
-- accounts and features are taken for.
made_of as (

    select
        month_number,
        sum(used_days) as used_days,
        sum(n_events) as n_events,
        sum(n_rows) as n_rows,
        0 as links
    from usage_months
    group by month_number

    union all

    select
        used_accounts.month_number,
        0 as used_days,
        0 as n_events,
        0 as n_rows,
        sum({{ hash_number(
            "concat(accounts.account_id, '>', accounts.ultimate_account_id)"
        ) }}) as links
    from used_accounts
    inner join accounts on used_accounts.account_id = accounts.account_id
    group by used_accounts.month_number

    union all

    select
        used_features.month_number,
        0 as used_days,
        0 as n_events,
        0 as n_rows,
        sum({{ hash_number(
            "concat(features.feature_key, '>', features.product_id, features.is_core)"
        ) }}) as links
    from used_features
    inner join features on used_features.feature_key = features.feature_key
    group by used_features.month_number

),

-- A month's figures look back at the months before it: what changes one changes all
-- that follow.
so_far as (

    select
        months.month_number,
        months.month_start,
        months.balance_on,
        coalesce(cast(sum(made_of.used_days) as decimal(38, 0)), 0) as used_days,
        coalesce(cast(sum(made_of.n_events) as decimal(38, 0)), 0) as n_events,
        coalesce(cast(sum(made_of.n_rows) as decimal(38, 0)), 0) as n_rows,
        coalesce(cast(sum(made_of.links) as decimal(38, 0)), 0) as links
    from months
    left join made_of on months.month_number >= made_of.month_number
    group by months.month_number, months.month_start, months.balance_on

)

select
    so_far.month_number,
    so_far.month_start,
    so_far.balance_on,
    so_far.n_rows > 0 as is_logged,
    concat_ws(
        ' ',
        so_far.balance_on,
        so_far.n_rows,
        so_far.n_events,
        so_far.used_days,
        so_far.links,
        motion_policy.adoption_window_days,
        motion_policy.adopted_feature_users,
        motion_policy.adopted_feature_days,
        motion_policy.new_user_months,
        signals.window_days
    ) as month_stamp,
    {{ dbt.datediff('so_far.balance_on', 'metric_policy.as_of_date', 'day') }}
    <= motion_policy.late_usage_days as is_open
from so_far
cross join metric_policy
cross join motion_policy
left join signals on true
