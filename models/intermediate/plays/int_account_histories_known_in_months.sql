with

outcomes as (

    select * from {{ ref('int_outcomes_met_by_account_months') }}

),

-- Not the closing ARR: whether a gap will be closed is not known on the balance date.
balances as (

    select * from {{ ref('int_balances_accumulated_to_periods') }}
    where arr > 0

),

months as (

    select * from {{ ref('int_months') }}

),

rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}

),

-- An expansion one month after a balance is one of the next balance's month: of the
-- rows before this one, each tells what had happened by now.
dated as (

    select
        account_id,
        month_number,
        min(month_number) over (partition by account_id) as first_month,
        max(case when months_to_expansion = 1 then month_number + 1 end) over (
            partition by account_id
            order by month_number
            rows between unbounded preceding and 1 preceding
        ) as expansion_month
    from outcomes

),

summed as (

    select
        balances.account_id,
        months.month_number,
        count(distinct balances.product_id) as n_products,
        sum({{ to_reporting_currency('balances.arr', 'rates.rate') }}) as bearing_arr
    from balances
    inner join months
        on
            balances.valid_from <= months.balance_on
            and (balances.valid_to is null or balances.valid_to > months.balance_on)
    inner join rates
        on
            balances.currency = rates.currency
            and months.month_number >= rates.first_month
            and months.month_number < rates.end_month
    group by balances.account_id, months.month_number

)

select
    dated.account_id,
    dated.month_number,
    dated.month_number - dated.first_month as months_as_customer,
    dated.month_number - dated.expansion_month as months_since_expansion,
    cast(coalesce(summed.n_products, 0) as integer) as n_products,
    cast(coalesce(summed.bearing_arr, 0) as decimal(18, 2)) as bearing_arr
from dated
left join summed
    on
        dated.account_id = summed.account_id
        and dated.month_number = summed.month_number
