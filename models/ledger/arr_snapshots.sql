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

accounts as (

    select * from {{ ref('int_accounts_placed_in_scopes') }}

),

families as (

    select * from {{ ref('int_products_resolved_to_present') }}

),

lags as (

    select 1 as lag_months
    union all
    select 3 as lag_months
    union all
    select 12 as lag_months

),

closings as (

    select
        months.snapshot_id,
        months.month_start,
        products.account_id,
        products.product_id,
        products.quantity,
        products.closing_arr,
        0 as lag_months,
        0 as opening_arr,
        case when products.is_in_grace then 1 else 0 end as is_in_grace
    from months
    inner join products on months.month_start = products.month_start

),

-- What retention looks back at, at the plan rates of the month that closes.
openings as (

    select
        months.snapshot_id,
        months.month_start,
        balances.account_id,
        balances.product_id,
        0 as quantity,
        0 as closing_arr,
        lags.lag_months,
        {{ to_reporting_currency('balances.arr', 'rates.rate') }} as opening_arr,
        0 as is_in_grace
    from months
    cross join lags
    inner join balances
        on
            balances.first_month <= months.month_number - lags.lag_months
            and balances.end_month > months.month_number - lags.lag_months
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

),

summed as (

    select
        snapshot_id,
        month_start,
        account_id,
        product_id,
        sum(quantity) as quantity,
        sum(closing_arr) as closing_arr,
        sum(case when lag_months = 12 then opening_arr else 0 end) as opening_arr_12m,
        sum(case when lag_months = 3 then opening_arr else 0 end) as opening_arr_3m,
        sum(case when lag_months = 1 then opening_arr else 0 end) as opening_arr_1m,
        max(is_in_grace) = 1 as is_in_grace
    from stacked
    group by snapshot_id, month_start, account_id, product_id

)

select
    summed.snapshot_id,
    summed.month_start,
    summed.account_id,
    accounts.segment,
    accounts.country,
    accounts.industry,
    summed.product_id,
    families.product_family,
    cast(summed.quantity as decimal(24, 6)) as quantity,
    cast(summed.closing_arr as decimal(18, 2)) as closing_arr,
    cast(summed.opening_arr_12m as decimal(18, 2)) as opening_arr_12m,
    cast(summed.opening_arr_3m as decimal(18, 2)) as opening_arr_3m,
    cast(summed.opening_arr_1m as decimal(18, 2)) as opening_arr_1m,
    summed.is_in_grace
from summed
inner join accounts on summed.account_id = accounts.account_id
inner join families on summed.product_id = families.product_id
where
    summed.closing_arr <> 0
    or summed.opening_arr_12m <> 0
    or summed.opening_arr_3m <> 0
    or summed.opening_arr_1m <> 0
