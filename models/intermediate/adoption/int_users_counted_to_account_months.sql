with

months as (

    {{ months_to_add('int_months_stamped') }}

),

motion_policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

),

-- Whether a user is new takes the months before to tell.
months_to_read as (

    select {{ each_number(
        'months.month_number - motion_policy.new_user_months', 'months.month_number + 1'
    ) }} as month_number
    from months
    cross join motion_policy

),

user_months as (

    select * from {{ ref('int_usage_combined_to_user_months') }}
    where month_number in (select months_to_read.month_number from months_to_read)

),

judged as (

    select
        user_months.*,
        coalesce(
            lag(user_months.month_number) over (
                partition by user_months.account_id, user_months.user_id
                order by user_months.month_number
            ) < user_months.month_number - motion_policy.new_user_months,
            true
        ) as is_new
    from user_months
    cross join motion_policy

),

counted as (

    select
        account_id,
        month_number,
        max(balance_on) as balance_on,
        bit_or(used_days) as used_days,
        count(*) filter (where core_days <> 0) as active_users,
        count(*) filter (where core_days <> 0 and is_new) as new_users,
        cast(sum(bit_count(core_days)) as bigint) as user_days
    from judged
    group by account_id, month_number

)

select
    counted.account_id,
    counted.month_number,
    counted.active_users,
    counted.new_users,
    counted.user_days,
    {{ rate(
        'counted.user_days',
        'motion_policy.adoption_window_days * counted.active_users'
    ) }} as stickiness_rate,
    -- The lowest bit set is the last day of use.
    cast({{ dbt.dateadd(
        'day',
        '-bit_count((counted.used_days & -counted.used_days) - 1)',
        'counted.balance_on'
    ) }} as date) as last_used_on,
    months.month_stamp
from counted
inner join months on counted.month_number = months.month_number
cross join motion_policy
