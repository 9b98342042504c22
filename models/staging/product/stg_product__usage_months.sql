with

months as (

    {{ months_to_add('stg_product__usage_month_stamps') }}

),

motion_policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

),

packed as (

    select
        usage_rows.account_id,
        usage_rows.user_id,
        usage_rows.feature_key,
        usage_rows.month_number,
        max(usage_rows.balance_on) as balance_on,
        max(months.month_stamp) as month_stamp,
        bit_or(cast(1 as bigint) << usage_rows.days_before) as logged_days,
        bit_or(cast(1 as bigint) << usage_rows.days_before) filter (
            where usage_rows.event_count > 0
        ) as used_days,
        sum(usage_rows.event_count) filter (
            where usage_rows.days_before < motion_policy.adoption_window_days
        ) as n_events,
        count(*) as n_raw_rows,
        count(*) filter (where not usage_rows.is_admissible) as n_inadmissible_rows
    from {{ ref('stg_product__usage_rows') }} as usage_rows
    inner join months on usage_rows.month_number = months.month_number
    cross join motion_policy
    group by
        usage_rows.account_id,
        usage_rows.user_id,
        usage_rows.feature_key,
        usage_rows.month_number

),

-- As many rows as days, none of them faulty: no day can have a second row.
clean as (

    select *
    from packed
    where n_raw_rows = bit_count(logged_days) and n_inadmissible_rows = 0

),

unclear as (

    select *
    from packed
    where n_raw_rows <> bit_count(logged_days) or n_inadmissible_rows > 0

),

-- Only these few are looked at day by day. Identical rows of a day keep one; a day whose
-- rows differ is refused whole, for none of them is more likely to be right.
settled_days as (

    select
        usage_rows.account_id,
        usage_rows.user_id,
        usage_rows.feature_key,
        usage_rows.month_number,
        usage_rows.days_before,
        max(usage_rows.event_count) as event_count,
        count(*) as n_rows
    from {{ ref('stg_product__usage_rows') }} as usage_rows
    inner join unclear
        on
            usage_rows.account_id = unclear.account_id
            and usage_rows.user_id = unclear.user_id
            and usage_rows.feature_key = unclear.feature_key
            and usage_rows.month_number = unclear.month_number
    group by
        usage_rows.account_id,
        usage_rows.user_id,
        usage_rows.feature_key,
        usage_rows.month_number,
        usage_rows.days_before
    having
        min(case when usage_rows.is_admissible then 1 else 0 end) = 1
        and min(usage_rows.event_count) = max(usage_rows.event_count)
        and count(usage_rows.quantity) in (0, count(*))
        and count(distinct usage_rows.quantity) <= 1

),

settled as (

    select
        settled_days.account_id,
        settled_days.user_id,
        settled_days.feature_key,
        settled_days.month_number,
        bit_or(cast(1 as bigint) << settled_days.days_before) as logged_days,
        bit_or(cast(1 as bigint) << settled_days.days_before) filter (
            where settled_days.event_count > 0
        ) as used_days,
        sum(settled_days.event_count) filter (
            where settled_days.days_before < motion_policy.adoption_window_days
        ) as n_events,
        sum(settled_days.n_rows) as n_rows
    from settled_days
    cross join motion_policy
    group by
        settled_days.account_id,
        settled_days.user_id,
        settled_days.feature_key,
        settled_days.month_number

)

select
    account_id,
    user_id,
    feature_key,
    month_number,
    balance_on,
    logged_days,
    coalesce(used_days, 0) as used_days,
    cast(coalesce(n_events, 0) as bigint) as n_events,
    n_raw_rows,
    n_raw_rows as n_rows,
    month_stamp
from clean

union all

select
    unclear.account_id,
    unclear.user_id,
    unclear.feature_key,
    unclear.month_number,
    unclear.balance_on,
    coalesce(settled.logged_days, 0) as logged_days,
    coalesce(settled.used_days, 0) as used_days,
    cast(coalesce(settled.n_events, 0) as bigint) as n_events,
    unclear.n_raw_rows,
    cast(coalesce(settled.n_rows, 0) as bigint) as n_rows,
    unclear.month_stamp
from unclear
left join settled
    on
        unclear.account_id = settled.account_id
        and unclear.user_id = settled.user_id
        and unclear.feature_key = settled.feature_key
        and unclear.month_number = settled.month_number
