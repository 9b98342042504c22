with

usage_rows as (

    select * from {{ raw('product__usage_daily') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

-- Dates are few: what depends on the date alone is worked out once a date, not per row.
given_dates as (

    select
        usage_date as given_date,
        {{ typed('usage_date', 'date') }} as usage_date,
        count(*) as n_raw_rows,
        sum({{ typed('event_count', 'bigint') }}) as n_events
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

)

select
    given_date,
    usage_date,
    month_number,
    balance_on,
    {{ dbt.datediff('usage_date', 'balance_on', 'day') }} as days_before,
    n_raw_rows,
    n_events
from balanced
