with

months as (

    {{ months_to_add('stg_product__usage_month_stamps') }}

),

packed as (

    select
        usage_rows.account_id,
        usage_rows.user_id,
        usage_rows.feature_key,
        usage_rows.month_number,
        bit_or(usage_rows.day_bit) as logged_days,
        sum(case when usage_rows.is_in_window then usage_rows.event_count end)
            as n_events,
        count(*) as n_raw_rows,
        max(case when usage_rows.is_faulty or usage_rows.event_count <= 0 then 1 end)
            as has_odd_rows
    from {{ ref('stg_product__usage_rows') }} as usage_rows
    {%- if is_incremental() %}
    where usage_rows.month_number in (select month_number from months)
    {%- endif %}
    group by
        usage_rows.account_id,
        usage_rows.user_id,
        usage_rows.feature_key,
        usage_rows.month_number

),

-- As many rows as days, each with events: no day can have a second row.
judged as (

    select
        *,
        n_raw_rows = bit_count(logged_days) and has_odd_rows is null as is_clear
    from packed
    where account_id <> '' and user_id <> '' and feature_key <> ''

),

unclear as (

    select *
    from judged
    where not is_clear

),

-- Only these few are looked at day by day. Identical rows of a day keep one; a day whose
-- rows differ is refused whole, for none of them is more likely to be right.
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

),

counted as (

    select
        account_id,
        user_id,
        feature_key,
        month_number,
        logged_days,
        logged_days as used_days,
        n_events,
        n_raw_rows,
        n_raw_rows as n_rows
    from judged
    where is_clear

    union all

    select
        unclear.account_id,
        unclear.user_id,
        unclear.feature_key,
        unclear.month_number,
        settled.logged_days,
        settled.used_days,
        settled.n_events,
        unclear.n_raw_rows,
        settled.n_rows
    from unclear
    left join settled
        on
            unclear.account_id = settled.account_id
            and unclear.user_id = settled.user_id
            and unclear.feature_key = settled.feature_key
            and unclear.month_number = settled.month_number

)

select
    counted.account_id,
    counted.user_id,
    counted.feature_key,
    counted.month_number,
    months.balance_on,
    coalesce(counted.logged_days, 0) as logged_days,
    coalesce(counted.used_days, 0) as used_days,
    cast(coalesce(counted.n_events, 0) as bigint) as n_events,
    counted.n_raw_rows,
    cast(coalesce(counted.n_rows, 0) as bigint) as n_rows,
    months.month_stamp
from counted
inner join months on counted.month_number = months.month_number
-- In order of months, so that a build of some months need not read the others.
order by counted.month_number
