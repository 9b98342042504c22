with

months as (

    select * from {{ ref('months_closed_by_finance') }}
    where month_start not in ({{ frozen_months() }})

),

products as (

    select * from {{ ref('arr_product_months') }}

),

balances as (

    select * from {{ ref('int_balances_sampled_to_months') }}

),

rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}

),

closings as (

    select
        months.snapshot_id,
        months.month_start,
        products.account_id,
        products.product_id,
        products.quantity,
        products.closing_arr,
        0 as opening_arr_12m,
        case when products.is_in_grace then 1 else 0 end as is_in_grace
    from months
    inner join products on months.month_start = products.month_start

),

-- What was there twelve months before, at the plan rates of the month that closes.
openings as (

    select
        months.snapshot_id,
        months.month_start,
        balances.account_id,
        balances.product_id,
        0 as quantity,
        0 as closing_arr,
        {{ to_reporting_currency('balances.arr', 'rates.rate') }} as opening_arr_12m,
        0 as is_in_grace
    from months
    inner join balances
        on
            balances.first_month <= months.month_number - 12
            and balances.end_month > months.month_number - 12
    inner join rates
        on
            balances.currency = rates.currency
            and months.month_number >= rates.first_month
            and months.month_number < rates.end_month

),

stacked as (

    select * from closings
    union all
    select * from openings

)

select
    snapshot_id,
    month_start,
    account_id,
    product_id,
    cast(sum(quantity) as decimal(18, 6)) as quantity,
    cast(sum(closing_arr) as decimal(18, 2)) as closing_arr,
    cast(sum(opening_arr_12m) as decimal(18, 2)) as opening_arr_12m,
    max(is_in_grace) = 1 as is_in_grace
from stacked
group by snapshot_id, month_start, account_id, product_id
having sum(closing_arr) <> 0 or sum(opening_arr_12m) <> 0
