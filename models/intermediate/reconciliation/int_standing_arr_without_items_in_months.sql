with

balances as (

    select * from {{ ref('int_balance_changes_summed_to_product_months') }}
    where closing_arr <> 0

),

terms as (

    select * from {{ ref('int_items_resolved_to_billing_terms') }}

),

months as (

    select * from {{ ref('int_months_billed') }}

),

rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}

),

standing as (

    select
        balances.account_id,
        balances.product_id,
        balances.closing_arr,
        months.month_number
    from balances
    inner join months
        on
            balances.month_number <= months.month_number
            and balances.next_month > months.month_number

),

item_balances as (

    select
        terms.account_id,
        terms.product_id,
        months.month_number,
        sum({{ to_reporting_currency('terms.arr', 'rates.rate') }}) as arr
    from terms
    inner join months
        on
            terms.valid_from <= months.balance_on
            and terms.valid_to > months.balance_on
    inner join rates
        on
            terms.currency = rates.currency
            and months.month_number >= rates.first_month
            and months.month_number < rates.end_month
    group by terms.account_id, terms.product_id, months.month_number

)

-- What the books hold beyond the items in force: a lapse that is held, an adjustment.
select
    standing.account_id,
    standing.product_id,
    standing.month_number,
    cast(round(cast(standing.closing_arr as double) / 12, 2) as decimal(18, 2))
        as contracted_amount,
    cast(
        round(
            cast(standing.closing_arr - coalesce(item_balances.arr, 0) as double) / 12,
            2
        ) as decimal(18, 2)
    ) as itemless_amount
from standing
left join item_balances
    on
        standing.account_id = item_balances.account_id
        and standing.product_id = item_balances.product_id
        and standing.month_number = item_balances.month_number
