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
        sum(amount) as amount,
        count(*) as n_parts,
        sum(abs(amount)) as gross_amount
    from line_months
    group by account_id, product_id, currency, month_number

    union all

    select
        account_id,
        product_id,
        currency,
        month_number,
        'standing' as measure,
        amount,
        n_parts,
        gross_amount
    from arr_months

    union all

    select
        account_id,
        product_id,
        currency,
        month_number,
        reason as measure,
        amount,
        0 as n_parts,
        0 as gross_amount
    from differences

),

-- Bills are cents of each currency, as the books are; parts are rounded when summed.
valued as (

    select
        local_amounts.account_id,
        local_amounts.product_id,
        local_amounts.month_number,
        local_amounts.currency,
        local_amounts.measure,
        local_amounts.n_parts,
        cast(local_amounts.gross_amount as double) * rates.rate as gross_amount,
        case
            when local_amounts.measure <> 'billed' then 0.5e-6 * (1 + rates.rate)
            else 0
        end as places_bound,
        cast(
            case
                when local_amounts.measure = 'billed'
                    then
                        round(
                            cast(local_amounts.amount as decimal(38, 6)) * rates.rate, 2
                        )
                else cast(local_amounts.amount as decimal(38, 6)) * rates.rate
            end as decimal(38, 6)
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
        null as currency,
        'contracted' as measure,
        0 as n_parts,
        0 as gross_amount,
        0 as places_bound,
        contracted_amount as amount
    from contracted

),

-- What a month is split to by days is worked out in floating point, a line and an item
-- cut at most at each of 31 days: as many sums of the gross, each off by a few of the
-- sixteenth digit.
bounded as (

    select
        account_id,
        product_id,
        month_number,
        currency,
        max(case when measure = 'billed' then 1 else 0 end) as n_bills,
        sum(places_bound) + 1e-14 * sum(n_parts) * sum(gross_amount)
            as parts_bound
    from valued
    where currency is not null
    group by account_id, product_id, month_number, currency

),

-- Half a cent for each bill of a currency, for what stood, and for each reason.
bounds as (

    select
        account_id,
        product_id,
        month_number,
        0.5e-2 * (sum(n_bills) + {{ 1 + reasons | length }}) + sum(parts_bound)
            as cents_bound
    from bounded
    group by account_id, product_id, month_number

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
    summed.*,
    cast(coalesce(bounds.cents_bound, 0) as decimal(38, 6)) as cents_bound,
    cast(summed.billed_amount - summed.contracted_amount as decimal(18, 2))
        as difference,
    cast(summed.standing_amount - summed.contracted_amount as decimal(18, 2))
        as mid_month_amount,
    cast(
        summed.billed_amount
        - summed.standing_amount
        {% for reason in reasons %}
            - summed.{{ reason }}_amount
        {% endfor %}
        as decimal(18, 2)
    ) as cents_amount
from summed
left join bounds
    on
        summed.account_id = bounds.account_id
        and summed.product_id = bounds.product_id
        and summed.month_number = bounds.month_number
