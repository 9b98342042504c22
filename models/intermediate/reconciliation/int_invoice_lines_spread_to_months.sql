with

invoice_lines as (

    select * from {{ ref('int_invoice_lines_resolved_to_accounts') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

-- What is billed for months after the last is not earned yet.
numbered as (

    select
        invoice_lines.*,
        {{ each_number(
            month_number('service_from'),
            'least(' ~ month_number('service_to') ~ ', last_month) + 1'
        ) }} as month_number
    from invoice_lines
    cross join policy

),

dated as (

    select
        *,
        cast({{ dbt.dateadd(
            'month', 'month_number - 24001', "cast('2000-01-01' as date)"
        ) }} as date) as month_start,
        cast({{ dbt.dateadd(
            'month', 'month_number - 24000', "cast('2000-01-01' as date)"
        ) }} as date) as next_month_start
    from numbered

),

counted as (

    select
        line_id,
        item_id,
        subscription_id,
        account_id,
        product_id,
        currency,
        is_credit,
        is_proration,
        is_usage,
        month_number,
        amount,
        service_from,
        service_to,
        service_days,
        greatest(service_from, month_start) as valid_from,
        least(service_to, next_month_start) as valid_to,
        {{ dbt.datediff(
            'service_from', 'greatest(service_from, month_start)', 'day'
        ) }} as days_before,
        {{ dbt.datediff(
            'service_from', 'least(service_to, next_month_start)', 'day'
        ) }} as days_up_to
    from dated

),

-- Cents are the difference of two rounded sums, so that a line's months add up to it.
spread as (

    select
        *,
        cast(cast(abs(amount) as decimal(38, 2)) * days_up_to as decimal(38, 2))
            as dividend_up_to,
        cast(cast(abs(amount) as decimal(38, 2)) * days_before as decimal(38, 2))
            as dividend_before
    from counted
    where valid_from < valid_to

)

select
    line_id,
    item_id,
    subscription_id,
    account_id,
    product_id,
    currency,
    is_credit,
    is_proration,
    is_usage,
    month_number,
    valid_from,
    valid_to,
    service_from,
    service_to,
    service_days,
    cast(amount as double) / service_days as amount_per_day,
    days_up_to - days_before as n_days,
    cast(
        case when amount < 0 then -1 else 1 end * (
            {{ quotient_to_cents('dividend_up_to', 'service_days') }}
            - {{ quotient_to_cents('dividend_before', 'service_days') }}
        ) as decimal(18, 2)
    ) as amount
from spread
