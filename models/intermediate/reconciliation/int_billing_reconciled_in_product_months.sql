with

line_months as (

    select * from {{ ref('int_invoice_lines_spread_to_months') }}
    where not is_usage

),

parts as (

    select * from {{ ref('int_billing_differences_split_to_reasons') }}

),

standing as (

    select * from {{ ref('int_standing_arr_without_items_in_months') }}

),

rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}

),

local_amounts as (

    select
        account_id,
        product_id,
        currency,
        month_number,
        'billed' as measure,
        sum(amount) as amount
    from line_months
    group by account_id, product_id, currency, month_number

    union all

    select
        account_id,
        product_id,
        currency,
        month_number,
        reason as measure,
        amount
    from parts

),

valued as (

    select
        local_amounts.account_id,
        local_amounts.product_id,
        local_amounts.month_number,
        local_amounts.measure,
        cast(
            round(cast(local_amounts.amount as decimal(38, 6)) * rates.rate, 2)
            as decimal(18, 2)
        ) as amount
    from local_amounts
    inner join rates
        on
            local_amounts.currency = rates.currency
            and local_amounts.month_number >= rates.first_month
            and local_amounts.month_number < rates.end_month

    union all

    select
        account_id,
        product_id,
        month_number,
        'contracted' as measure,
        contracted_amount as amount
    from standing

    union all

    select
        account_id,
        product_id,
        month_number,
        'unbilled' as measure,
        -itemless_amount as amount
    from standing

),

summed as (

    select
        valued.account_id,
        valued.product_id,
        valued.month_number,
        sum(case when valued.measure = 'billed' then valued.amount else 0 end)
            as billed_amount,
        sum(case when valued.measure = 'contracted' then valued.amount else 0 end)
            as contracted_amount,
        sum(case when valued.measure = 'price' then valued.amount else 0 end)
            as price_amount,
        sum(case when valued.measure = 'quantity' then valued.amount else 0 end)
            as quantity_amount,
        sum(case when valued.measure = 'unbilled' then valued.amount else 0 end)
            as unbilled_amount,
        sum(
            case
                when valued.measure = 'billed_without_contract' then valued.amount
                else 0
            end
        ) as billed_without_contract_amount,
        sum(case when valued.measure = 'credit' then valued.amount else 0 end)
            as credit_amount
    from valued
    group by valued.account_id, valued.product_id, valued.month_number

)

-- What no other reason explains is the calendar: days of service against twelfths.
select
    account_id,
    product_id,
    month_number,
    cast(billed_amount as decimal(18, 2)) as billed_amount,
    cast(contracted_amount as decimal(18, 2)) as contracted_amount,
    cast(billed_amount - contracted_amount as decimal(18, 2)) as difference,
    cast(price_amount as decimal(18, 2)) as price_amount,
    cast(quantity_amount as decimal(18, 2)) as quantity_amount,
    cast(
        billed_amount
        - contracted_amount
        - price_amount
        - quantity_amount
        - unbilled_amount
        - billed_without_contract_amount
        - credit_amount as decimal(18, 2)
    ) as timing_amount,
    cast(unbilled_amount as decimal(18, 2)) as unbilled_amount,
    cast(billed_without_contract_amount as decimal(18, 2))
        as billed_without_contract_amount,
    cast(credit_amount as decimal(18, 2)) as credit_amount
from summed
