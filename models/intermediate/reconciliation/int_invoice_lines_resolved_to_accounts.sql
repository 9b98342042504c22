with

invoice_lines as (

    select * from {{ ref('stg_billing__invoice_lines') }}
    where line_type in ('charge', 'proration', 'credit')

),

items as (

    select * from {{ ref('stg_billing__subscription_items') }}

),

subscriptions as (

    select * from {{ ref('stg_billing__subscriptions') }}

),

accounts as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

products as (

    select * from {{ ref('int_products_resolved_to_present') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

-- A line that names an item is for its contract, whoever pays the bill.
for_a_span as (

    select
        invoice_lines.line_id,
        items.item_id,
        coalesce(subscriptions.account_id, invoice_lines.account_id) as account_id,
        coalesce(items.product_id, invoice_lines.product_id) as product_id,
        invoice_lines.currency,
        invoice_lines.line_type = 'credit' as is_credit,
        coalesce(items.charge_type = 'usage', false) as is_usage,
        cast(round(invoice_lines.amount, 2) as decimal(18, 2)) as amount,
        coalesce(invoice_lines.service_from, invoice_lines.issued_on) as service_from,
        invoice_lines.service_to
    from invoice_lines
    cross join policy
    left join items on invoice_lines.item_id = items.item_id
    left join subscriptions on items.subscription_id = subscriptions.subscription_id
    where
        invoice_lines.issued_on <= policy.as_of_date
        and coalesce(items.charge_type, 'recurring') <> 'one_time'

),

-- A line without a span is for one day: its amount stands in the month of that day.
dated as (

    select
        line_id,
        item_id,
        account_id,
        product_id,
        currency,
        is_credit,
        is_usage,
        amount,
        service_from,
        greatest(
            service_to,
            cast({{ dbt.dateadd('day', 1, 'service_from') }} as date)
        ) as service_to
    from for_a_span

)

select
    dated.line_id,
    dated.item_id,
    accounts.ultimate_account_id as account_id,
    coalesce(products.present_product_id, 'not named') as product_id,
    dated.currency,
    dated.is_credit,
    dated.is_usage,
    dated.amount,
    dated.service_from,
    dated.service_to,
    {{ dbt.datediff('dated.service_from', 'dated.service_to', 'day') }}
        as service_days
from dated
inner join accounts on dated.account_id = accounts.account_id
left join products on dated.product_id = products.product_id
