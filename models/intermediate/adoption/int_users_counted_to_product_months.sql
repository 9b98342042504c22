with

months as (

    {{ months_to_add('int_months_stamped') }}

),

motion_policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

),

signals as (

    select cast(window_days as integer) as window_days
    from {{ ref('stg_policy__signals') }}
    where signal = 'seat_utilisation'

),

-- A day of use is one bit, the balance date the lowest; windows are masks over them.
windows as (

    select
        signals.window_days,
        motion_policy.adoption_window_days,
        {{ lowest_bits('motion_policy.adoption_window_days') }} as window_mask,
        {{ lowest_bits(
            'motion_policy.adoption_window_days + signals.window_days - 1'
        ) }} as all_windows_mask,
        {{ lowest_bits(
            'greatest(motion_policy.adoption_window_days - signals.window_days + 1, 0)'
        ) }} as common_mask
    from motion_policy
    cross join signals

),

-- The windows of the days before the balance date begin in the month before.
months_to_read as (

    select {{ each_number('month_number - 1', 'month_number + 1') }} as month_number
    from months

),

core_days as (

    select
        account_id,
        product_id,
        user_id,
        month_number,
        balance_on,
        used_days
    from {{ ref('int_usage_months_resolved_to_accounts') }}
    where
        is_core
        and month_number in (select months_to_read.month_number from months_to_read)

),

days_of_month_before as (

    select
        core_days.account_id,
        core_days.product_id,
        core_days.user_id,
        months.month_number,
        core_days.used_days << {{ dbt.datediff(
            'core_days.balance_on', 'months.balance_on', 'day'
        ) }} as used_days
    from core_days
    inner join months on core_days.month_number = months.month_number - 1

),

reaching as (

    select
        core_days.account_id,
        core_days.product_id,
        core_days.user_id,
        core_days.month_number,
        core_days.used_days
    from core_days
    where core_days.month_number in (select months.month_number from months)

    union all

    select days_of_month_before.*
    from days_of_month_before
    cross join windows
    where days_of_month_before.used_days & windows.all_windows_mask <> 0

),

user_months as (

    select
        reaching.account_id,
        reaching.product_id,
        reaching.user_id,
        reaching.month_number,
        bit_or(reaching.used_days) as used_days
    from reaching
    group by
        reaching.account_id,
        reaching.product_id,
        reaching.user_id,
        reaching.month_number

),

-- Whoever was there on a day that all windows share is active in each of them.
judged as (

    select
        user_months.*,
        windows.window_mask,
        windows.window_days,
        windows.adoption_window_days,
        (user_months.used_days >> (windows.window_days - 1)) & windows.common_mask <> 0
            as is_lasting
    from user_months
    cross join windows

),

others as (

    select
        account_id,
        product_id,
        month_number,
        used_days,
        window_mask,
        {{ each_number('0', 'window_days') }} as days_back
    from judged
    where not is_lasting

),

others_by_day as (

    select
        account_id,
        product_id,
        month_number,
        days_back,
        count(*) filter (where (used_days >> days_back) & window_mask <> 0) as n_users
    from others
    group by account_id, product_id, month_number, days_back

),

least_others as (

    select
        account_id,
        product_id,
        month_number,
        min(n_users) as n_users
    from others_by_day
    group by account_id, product_id, month_number

),

counted as (

    select
        account_id,
        product_id,
        month_number,
        count(*) filter (where used_days & window_mask <> 0) as active_users,
        count(*) filter (where is_lasting) as lasting_users,
        cast(sum(bit_count(used_days & window_mask)) as bigint) as user_days,
        max(adoption_window_days) as adoption_window_days
    from judged
    group by account_id, product_id, month_number

)

select
    counted.account_id,
    counted.product_id,
    counted.month_number,
    counted.active_users,
    counted.lasting_users + coalesce(least_others.n_users, 0) as lasting_active_users,
    counted.user_days,
    {{ rate(
        'counted.user_days', 'counted.adoption_window_days * counted.active_users'
    ) }} as stickiness_rate,
    months.month_stamp
from counted
inner join months on counted.month_number = months.month_number
left join least_others
    on
        counted.account_id = least_others.account_id
        and counted.product_id = least_others.product_id
        and counted.month_number = least_others.month_number
