with

units as (

    select * from {{ ref('int_billing_units') }}

),

terms as (

    select * from {{ ref('int_billing_segment_terms') }}

),

lines as (

    select * from {{ ref('int_billing_segment_lines') }}
    where is_charge

),

policy as (

    select * from {{ ref('stg_policy__finance_policy') }}

),

prices as (

    select
        units.grain,
        units.segment_id,
        units.unit_id,
        terms.interval_days,
        terms.interval_months,
        sum(terms.price) as price
    from units
    inner join terms
        on units.segment_id = terms.segment_id and units.item_id = terms.item_id
    where units.line_id is null
    group by
        units.grain,
        units.segment_id,
        units.unit_id,
        terms.interval_days,
        terms.interval_months

),

calendars as (

    select distinct
        units.grain,
        units.segment_id,
        units.unit_id,
        lines.service_from,
        lines.service_to,
        lines.service_days,
        lines.is_proration
    from units
    inner join lines
        on units.segment_id = lines.segment_id and units.line_id = lines.line_id

),

lengths as (

    select
        calendars.*,
        prices.price,
        prices.interval_days,
        prices.interval_months,
        {{ month_number('calendars.service_to') }}
        - {{ month_number('calendars.service_from') }} as service_months
    from calendars
    inner join prices
        on
            calendars.grain = prices.grain
            and calendars.segment_id = prices.segment_id
            and calendars.unit_id = prices.unit_id

),

-- Whole months may be counted from either end: from 31 January to 28 February is one.
measured as (

    select
        *,
        service_months > 0
        and (
            {{ dbt.dateadd('month', 'service_months', 'service_from') }} = service_to
            or {{ dbt.dateadd('month', '-service_months', 'service_to') }}
            = service_from
        ) as is_whole_months,
        {{ dbt.datediff(
            dbt.dateadd('month', '-interval_months', 'service_to'), 'service_to', 'day'
        ) }} as month_interval_days
    from lengths

),

-- Weeks and days are billed by the month too: a twelfth of a year's, or by its days. A
-- proration is by days, even of whole months.
parted as (

    select
        *,
        case
            when interval_days is not null
                then service_days >= 28 or service_days % interval_days <> 0
            else
                is_proration
                or not is_whole_months
                or service_months % interval_months <> 0
        end as is_part
    from measured

),

expected as (

    select
        *,
        price * case
            when interval_days is not null
                then cast(service_days as double) / interval_days
            when not is_whole_months or service_months % interval_months <> 0
                then cast(service_days as double) / month_interval_days
            else cast(service_months as double) / interval_months
        end as expected_amount
    from parted

),

-- Ways of counting days are apart by a part of a month, once in each interval.
apart as (

    select
        expected.grain,
        expected.segment_id,
        expected.unit_id,
        expected.service_from,
        expected.service_to,
        expected.is_proration,
        expected.expected_amount / expected.service_days as expected_per_day,
        case
            when expected.is_part and expected.interval_days is not null
                then
                    policy.day_count_rate * least(
                        expected.expected_amount,
                        greatest(
                            31 * expected.price / expected.interval_days,
                            expected.expected_amount / 12
                        )
                    )
            when expected.is_part
                then
                    policy.day_count_rate * least(
                        expected.expected_amount,
                        greatest(expected.price, expected.expected_amount)
                        / expected.interval_months
                    )
            else 0
        end / expected.service_days as day_count_per_day
    from expected
    cross join policy

)

select
    grain,
    segment_id,
    unit_id,
    service_from,
    service_to,
    is_proration,
    sum(expected_per_day) as expected_per_day,
    sum(day_count_per_day) as day_count_per_day
from apart
group by grain, segment_id, unit_id, service_from, service_to, is_proration
