with

terms as (

    select * from {{ ref('int_items_resolved_to_billing_terms') }}

),

together as (

    select * from {{ ref('int_contracts_billed_together') }}

),

months as (

    select * from {{ ref('int_months_billed') }}

)

select
    terms.item_id,
    terms.account_id,
    terms.product_id,
    terms.currency,
    -- A star where all contracts of the product are billed together.
    case
        when together.account_id is null then terms.subscription_id else '*'
    end as contract_id,
    terms.valid_from,
    months.month_number,
    greatest(terms.valid_from, months.month_start) as covers_from,
    least(terms.valid_to, months.next_month_start) as covers_to,
    cast(terms.arr as double) / 12 / {{ dbt.datediff(
        'months.month_start', 'months.next_month_start', 'day'
    ) }} as day_amount,
    terms.quantity,
    cast(terms.price as double) as price,
    cast(terms.price as double) / nullif(terms.quantity, 0) as unit_price,
    case terms.billing_interval
        when 'day' then terms.interval_count
        when 'week' then 7 * terms.interval_count
    end as interval_days,
    case terms.billing_interval
        when 'month' then terms.interval_count
        when 'year' then 12 * terms.interval_count
    end as interval_months
from terms
inner join months
    on
        terms.valid_from < months.next_month_start
        and terms.valid_to > months.month_start
left join together
    on
        terms.account_id = together.account_id
        and terms.product_id = together.product_id
        and terms.currency = together.currency
