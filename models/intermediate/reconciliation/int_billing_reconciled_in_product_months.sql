{%- set reasons = [
    'price', 'quantity', 'timing', 'unbilled', 'held', 'billed_without_contract', 'credit'
] -%}
with

line_months as (

    select * from {{ ref('int_invoice_line_months') }}

),

differences as (

    select * from {{ ref('int_billing_differences_split_to_reasons') }}

),

arr_months as (

    select * from {{ ref('int_arr_spread_to_months_by_billing') }}

),

contracted as (

    select * from {{ ref('int_arr_contracted_in_product_months') }}

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
        'standing' as measure,
        amount
    from arr_months

    union all

    select
        account_id,
        product_id,
        currency,
        month_number,
        reason as measure,
        amount
    from differences

),

-- Bills are cents of each currency, as the books are; parts are rounded when summed.
valued as (

    select
        local_amounts.account_id,
        local_amounts.product_id,
        local_amounts.month_number,
        local_amounts.measure,
        cast(
            case
                when local_amounts.measure = 'billed'
                    then
                        round(
                            cast(local_amounts.amount as decimal(38, 6)) * rates.rate, 2
                        )
                else cast(local_amounts.amount as decimal(38, 6)) * rates.rate
            end as decimal(18, 6)
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
    from contracted

),

summed as (

    select
        {% for measure in ['billed', 'contracted', 'standing'] + reasons %}
            cast(
                coalesce(sum(amount) filter (where measure = '{{ measure }}'), 0)
                as decimal(18, 2)
            ) as {{ measure }}_amount,
        {% endfor %}
        account_id,
        product_id,
        month_number
    from valued
    group by account_id, product_id, month_number

)

select
    *,
    cast(billed_amount - contracted_amount as decimal(18, 2)) as difference,
    cast(standing_amount - contracted_amount as decimal(18, 2)) as mid_month_amount,
    cast(
        billed_amount
        - standing_amount
        {% for reason in reasons %}
            - {{ reason }}_amount
        {% endfor %}
        as decimal(18, 2)
    ) as cents_amount
from summed
