with

invoice_lines as (

    select * from {{ ref('stg_billing__invoice_lines') }}
    where line_type in ('charge', 'proration', 'credit')

),

items as (

    select * from {{ ref('stg_billing__subscription_items') }}
    where charge_type = 'usage'

),

accounts as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

products as (

    select * from {{ ref('int_products_resolved_to_present') }}

),

rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

invoiced as (

    select
        accounts.ultimate_account_id as account_id,
        products.present_product_id as product_id,
        invoice_lines.currency,
        {{ sampled_month('invoice_lines.issued_on') }} as month_number,
        sum(invoice_lines.amount) as amount
    from invoice_lines
    inner join items on invoice_lines.item_id = items.item_id
    inner join accounts on invoice_lines.account_id = accounts.account_id
    inner join products on items.product_id = products.product_id
    cross join policy
    group by
        accounts.ultimate_account_id,
        products.present_product_id,
        invoice_lines.currency,
        {{ sampled_month('invoice_lines.issued_on') }}

),

-- An invoice counts in the month it is issued and in the two after.
offsets as (

    select 0 as months_later
    union all
    select 1 as months_later
    union all
    select 2 as months_later

),

last_three_months as (

    select
        invoiced.account_id,
        invoiced.product_id,
        invoiced.currency,
        invoiced.month_number + offsets.months_later as month_number,
        sum(invoiced.amount) as amount
    from invoiced
    cross join offsets
    group by
        invoiced.account_id,
        invoiced.product_id,
        invoiced.currency,
        invoiced.month_number + offsets.months_later

),

valued as (

    select
        last_three_months.account_id,
        last_three_months.month_number,
        round(
            cast(last_three_months.amount as decimal(38, 6)) * rates.rate, 2
        ) as amount
    from last_three_months
    inner join rates
        on
            last_three_months.currency = rates.currency
            and last_three_months.month_number >= rates.first_month
            and last_three_months.month_number < rates.end_month

)

select
    account_id,
    month_number,
    cast(4 * sum(amount) as decimal(18, 2)) as usage_arr
from valued
group by account_id, month_number
