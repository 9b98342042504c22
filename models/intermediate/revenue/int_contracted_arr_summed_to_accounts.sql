with

items as (

    select * from {{ ref('int_arr_items_resolved_to_accounts') }}

),

balances_in_force as (

    select * from {{ ref('int_balances_accumulated_to_periods') }}
    where arr > 0

),

gaps_held as (

    select * from {{ ref('int_balance_gaps_held') }}

),

products as (

    select
        product_id,
        product_family
    from {{ ref('int_products_resolved_to_present') }}
    where product_id = present_product_id

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

signed as (

    select distinct
        items.account_id,
        items.product_id,
        products.product_family
    from items
    cross join policy
    inner join products on items.product_id = products.product_id
    where
        items.arr > 0
        and items.valid_from > policy.last_balance_on
        and items.valid_from <= policy.horizon_on

),

here_already as (

    select
        balances_in_force.account_id,
        balances_in_force.product_id
    from balances_in_force
    cross join policy
    where
        balances_in_force.valid_from <= policy.last_balance_on
        and (
            balances_in_force.valid_to is null
            or balances_in_force.valid_to > policy.last_balance_on
        )

    union

    select
        gaps_held.account_id,
        gaps_held.product_id
    from gaps_held
    cross join policy
    where
        gaps_held.valid_from <= policy.last_balance_on
        and (
            gaps_held.valid_to is null
            or gaps_held.valid_to > policy.last_balance_on
        )

),

-- What is held for a late renewal stays in, unless it is signed again meanwhile, or one
-- of its family that is not there yet.
held as (

    select
        gaps_held.account_id,
        gaps_held.product_id,
        gaps_held.currency,
        gaps_held.arr,
        products.product_family
    from gaps_held
    cross join policy
    inner join products on gaps_held.product_id = products.product_id
    where
        gaps_held.valid_to is null and gaps_held.valid_from <= policy.last_balance_on

),

signed_again as (

    select distinct
        held.account_id,
        held.product_id
    from held
    cross join policy
    inner join signed
        on
            held.account_id = signed.account_id
            and held.product_family = signed.product_family
    left join here_already
        on
            signed.account_id = here_already.account_id
            and signed.product_id = here_already.product_id
    where
        held.product_id = signed.product_id
        or (
            policy.renewal_gap_closed_by = 'family'
            and here_already.account_id is null
        )

),

unknown_periods as (

    select * from {{ ref('int_accounts_unknown_in_periods') }}

),

-- What was refused may have been the renewal.
not_known as (

    select distinct unknown_periods.account_id
    from unknown_periods
    cross join policy
    where
        (
            unknown_periods.valid_from is null
            or unknown_periods.valid_from <= policy.horizon_on
        )
        and (
            unknown_periods.valid_to is null
            or unknown_periods.valid_to > policy.last_balance_on
        )

),

awaited as (

    select
        held.account_id,
        held.product_id,
        held.currency,
        held.arr
    from held
    left join signed_again
        on
            held.account_id = signed_again.account_id
            and held.product_id = signed_again.product_id
    left join not_known on held.account_id = not_known.account_id
    where signed_again.account_id is null and not_known.account_id is null

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
