with

terms as (

    select * from {{ ref('int_items_resolved_to_billing_terms') }}

),

months as (

    select * from {{ ref('int_months_billed') }}

),

line_months as (

    select * from {{ ref('int_invoice_lines_spread_to_months') }}
    where not is_usage and not is_credit

),

item_months as (

    select
        terms.item_id,
        terms.account_id,
        terms.product_id,
        terms.currency,
        terms.valid_from,
        months.month_number,
        greatest(terms.valid_from, months.month_start) as covers_from,
        least(terms.valid_to, months.next_month_start) as covers_to,
        cast(terms.arr as double) / 12 / {{ dbt.datediff(
            'months.month_start', 'months.next_month_start', 'day'
        ) }} as day_amount
    from terms
    inner join months
        on
            terms.valid_from < months.next_month_start
            and terms.valid_to > months.month_start

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
            and item_months.currency = line_months.currency
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
        as n_days,
    cast(coalesce(met.covered_days, 0) as integer) as covered_days
from item_months
left join met
    on
        item_months.item_id = met.item_id
        and item_months.valid_from = met.valid_from
        and item_months.month_number = met.month_number
