with

invoice_lines as (

    select * from {{ ref('int_invoice_lines_resolved_to_accounts') }}
    where not is_credit and not is_usage

),

terms as (

    select * from {{ ref('int_items_resolved_to_billing_terms') }}

),

discounts as (

    select * from {{ ref('stg_billing__discounts') }}

),

items as (

    select * from {{ ref('stg_billing__subscription_items') }}

),

policy as (

    select * from {{ ref('stg_policy__finance_policy') }}

),

-- Lines with a discount, counted in ARR or not: what it takes off is no quantity.
discounted as (

    select distinct invoice_lines.line_id
    from invoice_lines
    inner join items on invoice_lines.item_id = items.item_id
    inner join discounts
        on
            items.subscription_id = discounts.subscription_id
            and coalesce(discounts.item_id, items.item_id) = items.item_id
            and invoice_lines.service_to > discounts.valid_from
            and (
                discounts.valid_to is null
                or invoice_lines.service_from < discounts.valid_to
            )

),

lengths as (

    select
        invoice_lines.line_id,
        invoice_lines.amount,
        invoice_lines.service_from,
        invoice_lines.service_to,
        invoice_lines.service_days,
        discounted.line_id is not null as is_discounted,
        terms.item_id,
        terms.valid_from,
        terms.quantity,
        terms.price,
        case terms.billing_interval
            when 'day' then terms.interval_count
            when 'week' then 7 * terms.interval_count
        end as interval_days,
        case terms.billing_interval
            when 'month' then terms.interval_count
            when 'year' then 12 * terms.interval_count
        end as interval_months,
        {{ month_number('invoice_lines.service_to') }}
        - {{ month_number('invoice_lines.service_from') }} as service_months
    from invoice_lines
    inner join terms
        on
            invoice_lines.item_id = terms.item_id
            and invoice_lines.service_from < terms.valid_to
            and invoice_lines.service_to > terms.valid_from
    left join discounted on invoice_lines.line_id = discounted.line_id

),

-- Whole months may be counted from either end: from 31 January to 28 February is one.
measured as (

    select
        *,
        interval_months is not null
        and (
            service_months % interval_months <> 0
            or (
                {{ dbt.dateadd('month', 'service_months', 'service_from') }}
                <> service_to
                and {{ dbt.dateadd('month', '-service_months', 'service_to') }}
                <> service_from
            )
        ) as is_part,
        {{ dbt.datediff(
            dbt.dateadd('month', '-interval_months', 'service_to'), 'service_to', 'day'
        ) }} as month_interval_days
    from lengths

),

expected as (

    select
        *,
        cast(
            cast(price as double) * case
                when interval_days is not null
                    then cast(service_days as double) / interval_days
                when is_part
                    then cast(service_days as double) / month_interval_days
                else cast(service_months as double) / interval_months
            end as decimal(18, 6)
        ) as expected_amount
    from measured

),

-- Ways of counting days are apart by a part of a month, once in each interval.
apart as (

    select
        expected.*,
        expected.amount - expected.expected_amount as gap_amount,
        policy.billing_line_tolerance,
        case
            when expected.is_part
                then
                    policy.day_count_rate * least(
                        expected.expected_amount,
                        greatest(expected.price, expected.expected_amount)
                        / expected.interval_months
                    )
            else 0
        end as day_count_amount,
        cast(expected.expected_amount as double) / nullif(expected.quantity, 0)
            as unit_amount
    from expected
    cross join policy

),

judged as (

    select
        *,
        abs(gap_amount) <= greatest(billing_line_tolerance, day_count_amount)
            as is_agreed,
        not is_discounted
        and abs(gap_amount - round(gap_amount / nullif(unit_amount, 0)) * unit_amount)
        <= billing_line_tolerance as is_whole_units
    from apart

)

select
    line_id,
    item_id,
    valid_from,
    case
        when is_agreed then 'timing'
        when coalesce(is_whole_units, false) then 'quantity'
        else 'price'
    end as reason,
    gap_amount,
    service_days
from judged
