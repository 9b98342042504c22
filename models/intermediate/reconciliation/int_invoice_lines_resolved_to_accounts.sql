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

sold as (

    select distinct
        items.subscription_id,
        products.present_product_id
    from items
    inner join products on items.product_id = products.product_id
    where items.charge_type = 'recurring'

),

only_products as (

    select
        subscription_id,
        min(present_product_id) as product_id
    from sold
    group by subscription_id
    having count(*) = 1

),

-- A line that names an item or a contract is for it, whoever pays the bill; without a
-- product it is for the only one of its contract.
for_a_span as (

    select
        invoice_lines.line_id,
        items.item_id,
        subscriptions.subscription_id,
        coalesce(subscriptions.account_id, invoice_lines.account_id) as account_id,
        coalesce(
            items.product_id, invoice_lines.product_id, only_products.product_id
        ) as product_id,
        invoice_lines.currency,
        invoice_lines.line_type = 'credit' as is_credit,
        invoice_lines.line_type = 'proration' as is_proration,
        coalesce(items.charge_type = 'usage', false) as is_usage,
        cast(round(invoice_lines.amount, 2) as decimal(18, 2)) as amount,
        coalesce(invoice_lines.service_from, invoice_lines.issued_on) as service_from,
        invoice_lines.service_to
    from invoice_lines
    cross join policy
    left join items on invoice_lines.item_id = items.item_id
    left join subscriptions
        on
            coalesce(items.subscription_id, invoice_lines.subscription_id)
            = subscriptions.subscription_id
    left join only_products
        on subscriptions.subscription_id = only_products.subscription_id
    where
        invoice_lines.issued_on <= policy.as_of_date
        and coalesce(items.charge_type, 'recurring') <> 'one_time'

),

-- A line without a span is for one day: its amount stands in the month of that day.
dated as (

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
    -- Null where the contract, if the line names one, has no such product.
    case
        when dated.item_id is not null or sold.subscription_id is not null
            then dated.subscription_id
    end as subscription_id,
    accounts.ultimate_account_id as account_id,
    coalesce(products.present_product_id, 'not named') as product_id,
    dated.currency,
    dated.is_credit,
    dated.is_proration,
    dated.is_usage,
    dated.amount,
    dated.service_from,
    dated.service_to,
    {{ dbt.datediff('dated.service_from', 'dated.service_to', 'day') }}
        as service_days
from dated
inner join accounts on dated.account_id = accounts.account_id
left join products on dated.product_id = products.product_id
left join sold
    on
        dated.subscription_id = sold.subscription_id
        and products.present_product_id = sold.present_product_id
