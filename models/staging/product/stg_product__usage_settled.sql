with

months as (

    {{ months_to_add('stg_product__usage_month_stamps') }}

),

unclear as (

    select *
    from {{ ref('stg_product__usage_packed') }}
    where
        not is_clear
        and month_number in (select months.month_number from months)

),

-- Identical rows of a day keep one; a day whose rows differ is refused whole, for none
-- of them is more likely to be right.
settled_days as (

    select
        usage_rows.account_id,
        usage_rows.user_id,
        usage_rows.feature_key,
        usage_rows.month_number,
        usage_rows.day_bit,
        usage_rows.is_in_window,
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
        usage_rows.day_bit,
        usage_rows.is_in_window
    having
        max(case when usage_rows.is_faulty then 1 else 0 end) = 0
        and min(usage_rows.event_count) = max(usage_rows.event_count)
        and count(usage_rows.quantity) in (0, count(*))
        and count(distinct usage_rows.quantity) <= 1

),

settled as (

    select
        account_id,
        user_id,
        feature_key,
        month_number,
        bit_or(day_bit) as logged_days,
        bit_or(case when event_count > 0 then day_bit end) as used_days,
        sum(case when is_in_window then event_count end) as n_events,
        sum(n_rows) as n_rows
    from settled_days
    group by account_id, user_id, feature_key, month_number

)

select
    unclear.account_id,
    unclear.user_id,
    unclear.feature_key,
    unclear.month_number,
    coalesce(settled.logged_days, 0) as logged_days,
    coalesce(settled.used_days, 0) as used_days,
    cast(coalesce(settled.n_events, 0) as bigint) as n_events,
    cast(coalesce(settled.n_rows, 0) as bigint) as n_rows,
    unclear.month_stamp
from unclear
left join settled
    on
        unclear.account_id = settled.account_id
        and unclear.user_id = settled.user_id
        and unclear.feature_key = settled.feature_key
        and unclear.month_number = settled.month_number
