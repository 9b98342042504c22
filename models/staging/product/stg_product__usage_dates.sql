with

usage_rows as (

    select * from {{ raw('product__usage_daily') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

motion_policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

),

-- Dates are few: what depends on the date alone is worked out once a date, not per row.
given_dates as (

    select
        usage_date as given_date,
        {{ typed('usage_date', 'date') }} as usage_date,
        count(*) as n_raw_rows,
        sum(try_cast(event_count as bigint)) as n_events
    from usage_rows
    group by usage_date

),

sampled as (

    select
        given_dates.*,
        policy.snapshot_day,
        {{ sampled_month('given_dates.usage_date') }} as month_number
    from given_dates
    cross join policy
    where given_dates.usage_date is not null

),

dated as (

    select
        *,
        cast({{ dbt.dateadd(
            'month', 'month_number - 24001', "cast('2000-01-01' as date)"
        ) }} as date) as month_start
    from sampled

),

balanced as (

    select
        *,
        case
            when snapshot_day = 'last'
                then cast({{ dbt.last_day('month_start', 'month') }} as date)
            else cast({{ dbt.dateadd(
                'day', 'try_cast(snapshot_day as integer) - 1', 'month_start'
            ) }} as date)
        end as balance_on
    from dated

),

counted_down as (

    select
        *,
        {{ dbt.datediff('usage_date', 'balance_on', 'day') }} as days_before
    from balanced

)

select
    counted_down.given_date,
    counted_down.usage_date,
    counted_down.month_number,
    counted_down.balance_on,
    cast(1 as bigint) << counted_down.days_before as day_bit,
    counted_down.days_before < motion_policy.adoption_window_days as is_in_window,
    counted_down.n_raw_rows,
    counted_down.n_events
from counted_down
cross join motion_policy
