with

items as (

    select * from {{ ref('int_arr_items_resolved_to_accounts') }}

),

held as (

    select * from {{ ref('int_balance_gaps_held') }}
    where valid_to is null

),

rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}

),

policy as (

    select
        *,
        cast({{ dbt.dateadd('month', 12, 'last_balance_on') }} as date) as horizon_on
    from {{ ref('stg_policy__metric_policy') }}

),

-- ARR plus signed starts and steps, less signed ends: what the contracts give at the
-- end of the next twelve months.
contracted as (

    select
        items.account_id,
        items.product_id,
        items.currency,
        sum(items.arr) as arr
    from items
    cross join policy
    where
        items.valid_from <= policy.horizon_on
        and (items.signed_to is null or items.signed_to > policy.horizon_on)
    group by items.account_id, items.product_id, items.currency

),

-- What is held for a late renewal stays in, unless the renewal is signed meanwhile.
signed_again as (

    select distinct
        items.account_id,
        items.product_id
    from items
    cross join policy
    where
        items.arr > 0
        and items.valid_from > policy.last_balance_on
        and items.valid_from <= policy.horizon_on

),

awaited as (

    select
        held.account_id,
        held.product_id,
        held.currency,
        held.arr
    from held
    cross join policy
    left join signed_again
        on
            held.account_id = signed_again.account_id
            and held.product_id = signed_again.product_id
    where signed_again.account_id is null and held.valid_from <= policy.last_balance_on

),

balances as (

    select * from contracted
    union all
    select * from awaited

),

summed as (

    select
        account_id,
        product_id,
        currency,
        sum(arr) as arr
    from balances
    group by account_id, product_id, currency

)

select
    summed.account_id,
    cast(
        sum({{ to_reporting_currency('summed.arr', 'rates.rate') }}) as decimal(18, 2)
    ) as carr
from summed
cross join policy
inner join rates
    on
        summed.currency = rates.currency
        and policy.last_month >= rates.first_month
        and policy.last_month < rates.end_month
group by summed.account_id
