with

invoice_lines as (

    select * from {{ ref('stg_billing__invoice_lines') }}
    where line_type in ('charge', 'proration', 'credit')

),

items as (

    select * from {{ ref('stg_billing__subscription_items') }}
    where charge_type = 'usage'

),

subscriptions as (

    select * from {{ ref('stg_billing__subscriptions') }}

),

incomplete as (

    select * from {{ ref('incomplete_keys') }}
    where unknown_figure = 'usage_arr'

),

unknown_currencies as (

    select * from {{ ref('int_arr_keys_unknown_in_periods') }}
    where key_type = 'currency'

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

),

-- A credit that was refused would have lowered the months it counts in; of no known
-- day, any.
refused as (

    select
        accounts.ultimate_account_id as account_id,
        {{ sampled_month('incomplete.valid_from') }} as issued_month
    from incomplete
    cross join policy
    inner join items on incomplete.key_value = items.item_id
    inner join subscriptions on items.subscription_id = subscriptions.subscription_id
    inner join accounts on subscriptions.account_id = accounts.account_id

),

unknown_months as (

    select
        refused.account_id,
        refused.issued_month + offsets.months_later as month_number
    from refused
    cross join offsets
    where refused.issued_month is not null

    union

    select
        valued.account_id,
        valued.month_number
    from valued
    inner join refused on valued.account_id = refused.account_id
    where refused.issued_month is null

    union

    -- At a rate that is not known.
    select
        last_three_months.account_id,
        last_three_months.month_number
    from last_three_months
    cross join policy
    inner join unknown_currencies
        on
            last_three_months.currency = unknown_currencies.key_value
            and coalesce(
                last_three_months.month_number
                >= {{ sampled_month('unknown_currencies.valid_from') }},
                true
            )
            and coalesce(
                last_three_months.month_number
                < {{ sampled_month('unknown_currencies.valid_to') }},
                true
            )

),

summed as (

    select
        account_id,
        month_number,
        sum(amount) as amount
    from valued
    group by account_id, month_number

)

select
    coalesce(summed.account_id, unknown_months.account_id) as account_id,
    coalesce(summed.month_number, unknown_months.month_number) as month_number,
    case
        when unknown_months.account_id is null
            then cast(4 * summed.amount as decimal(18, 2))
    end as usage_arr
from summed
full outer join unknown_months
    on
        summed.account_id = unknown_months.account_id
        and summed.month_number = unknown_months.month_number
