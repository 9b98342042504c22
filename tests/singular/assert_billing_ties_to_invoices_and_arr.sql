-- Fails if the billing of a month does not add up: what was billed must be every
-- recurring invoice line by its days, what was contracted a twelfth of each product's
-- ARR. Rows that drop out in a join would agree with each other and still be missing.
{{ config(meta={'dagster': {'ref': {'name': 'reconciliation_billing_months'}}}) }}
with

billing as (

    select * from {{ ref('reconciliation_billing_months') }}

),

line_months as (

    select * from {{ ref('int_invoice_lines_spread_to_months') }}
    where not is_usage

),

balances as (

    select * from {{ ref('int_balance_changes_summed_to_product_months') }}
    where closing_arr <> 0

),

months as (

    select * from {{ ref('int_months_billed') }}

),

rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}

),

-- In cents of each account, product and currency, as the books are.
billed as (

    select
        line_months.account_id,
        line_months.product_id,
        line_months.currency,
        months.month_start,
        {{ to_reporting_currency('sum(line_months.amount)', 'max(rates.rate)') }}
            as amount
    from line_months
    inner join months on line_months.month_number = months.month_number
    inner join rates
        on
            line_months.currency = rates.currency
            and line_months.month_number >= rates.first_month
            and line_months.month_number < rates.end_month
    group by
        line_months.account_id,
        line_months.product_id,
        line_months.currency,
        months.month_start

),

sides as (

    select
        month_start,
        amount as billed_amount,
        0 as contracted_amount
    from billed

    union all

    select
        months.month_start,
        0 as billed_amount,
        cast(round(cast(balances.closing_arr as double) / 12, 2) as decimal(18, 2))
            as contracted_amount
    from balances
    inner join months
        on
            balances.month_number <= months.month_number
            and balances.next_month > months.month_number

    union all

    select
        month_start,
        -billed_amount as billed_amount,
        -contracted_amount as contracted_amount
    from billing

)

select
    month_start,
    sum(billed_amount) as billed_amount,
    sum(contracted_amount) as contracted_amount
from sides
group by month_start
having sum(billed_amount) <> 0 or sum(contracted_amount) <> 0
