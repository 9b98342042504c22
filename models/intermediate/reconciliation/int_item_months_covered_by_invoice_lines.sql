with

terms as (

    select * from {{ ref('int_items_resolved_to_billing_terms') }}

),

line_months as (

    select * from {{ ref('int_invoice_lines_spread_to_months') }}
    where not is_usage and not is_credit

),

numbered as (

    select
        *,
        {{ each_number(
            month_number('valid_from'),
            month_number(dbt.dateadd('day', -1, 'valid_to')) ~ ' + 1'
        ) }} as month_number
    from terms

),

dated as (

    select
        numbered.*,
        cast({{ dbt.dateadd(
            'month', 'month_number - 24001', "cast('2000-01-01' as date)"
        ) }} as date) as month_start,
        cast({{ dbt.dateadd(
            'month', 'month_number - 24000', "cast('2000-01-01' as date)"
        ) }} as date) as next_month_start
    from numbered

),

item_months as (

    select
        item_id,
        account_id,
        product_id,
        currency,
        valid_from,
        month_number,
        greatest(valid_from, month_start) as covers_from,
        least(valid_to, next_month_start) as covers_to,
        cast(arr as double) / 12 / {{ dbt.datediff(
            'month_start', 'next_month_start', 'day'
        ) }} as day_amount
    from dated

),

met as (

    select
        item_months.item_id,
        item_months.valid_from,
        item_months.month_number,
        sum({{ dbt.datediff(
            'greatest(item_months.covers_from, line_months.valid_from)',
            'least(item_months.covers_to, line_months.valid_to)',
            'day'
        ) }}) as covered_days
    from item_months
    inner join line_months
        on
            item_months.item_id = line_months.item_id
            and item_months.month_number = line_months.month_number
            and item_months.covers_from < line_months.valid_to
            and item_months.covers_to > line_months.valid_from
    group by item_months.item_id, item_months.valid_from, item_months.month_number

)

select
    item_months.item_id,
    item_months.account_id,
    item_months.product_id,
    item_months.currency,
    item_months.valid_from,
    item_months.month_number,
    item_months.covers_from,
    item_months.covers_to,
    item_months.day_amount,
    {{ dbt.datediff('item_months.covers_from', 'item_months.covers_to', 'day') }}
        as days,
    cast(coalesce(met.covered_days, 0) as integer) as covered_days
from item_months
left join met
    on
        item_months.item_id = met.item_id
        and item_months.valid_from = met.valid_from
        and item_months.month_number = met.month_number
