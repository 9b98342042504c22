with

meters as (

    select * from {{ ref('int_meters_trended_to_months') }}

),

months as (

    {{ months_to_add('int_months_stamped', 'month_start') }}

),

sloped as (

    select
        meters.account_id,
        meters.product_id,
        meters.meter,
        months.month_start,
        months.month_stamp,
        meters.balance_on,
        meters.limit_quantity,
        meters.n_days,
        -- Before the log begins nobody knows: that is not the same as none.
        case when months.is_logged then meters.quantity end as quantity,
        case
            when months.is_logged
                then
                    6.0 * cast(meters.trend_moment as double)
                    / nullif(meters.n_days * (meters.n_days * meters.n_days - 1), 0)
        end as slope,
        cast(meters.trend_quantity as double) / meters.n_days as mean_quantity
    from meters
    inner join months on meters.month_number = months.month_number

),

-- Limits are for a month, taken as 30 days: the line has to climb to a thirtieth.
projected as (

    select
        *,
        case
            when quantity >= limit_quantity then 0
            when slope > 0
                then greatest(0, ceil(
                    (cast(limit_quantity as double) / 30 - mean_quantity) / slope
                    - (n_days - 1) / 2.0
                ))
        end as days_to_breach
    from sloped

)

select
    account_id,
    product_id,
    meter,
    month_start,
    cast(quantity as decimal(38, 6)) as quantity,
    cast(limit_quantity as decimal(38, 6)) as limit_quantity,
    {{ rate('quantity', 'limit_quantity') }} as limit_utilisation_rate,
    cast(slope as decimal(38, 6)) as daily_slope,
    -- Further than a year away a line says nothing.
    case
        when days_to_breach <= 365
            then cast({{ dbt.dateadd(
                'day', 'cast(days_to_breach as integer)', 'balance_on'
            ) }} as date)
    end as projected_breach_on,
    month_stamp
from projected
