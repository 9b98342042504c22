with

missing_items as (

    select * from {{ ref('int_missing_items_dated_by_cause') }}
    where account_id is not null

),

months as (

    select * from {{ ref('int_months') }}

),

plan_rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}

),

accounts as (

    select * from {{ ref('int_accounts_placed_in_scopes') }}

),

products as (

    select distinct
        products.present_product_id as product_id,
        scope_groups.group_id
    from {{ ref('int_products_resolved_to_present') }} as products
    inner join {{ ref('int_scope_groups') }} as scope_groups
        on products.product_family = scope_groups.product_family

),

openings as (

    select * from {{ ref('int_openings_looked_back_at') }}
    where opening_arr > 0

),

cohorts as (

    select * from {{ ref('int_cohorts_met_by_closings') }}

),

placed as (

    select
        missing_items.account_id,
        accounts.group_id,
        missing_items.currency,
        missing_items.arr,
        missing_items.valid_from,
        missing_items.valid_to
    from missing_items
    inner join accounts on missing_items.account_id = accounts.account_id

    union all

    select
        missing_items.account_id,
        products.group_id,
        missing_items.currency,
        missing_items.arr,
        missing_items.valid_from,
        missing_items.valid_to
    from missing_items
    inner join products on missing_items.product_id = products.product_id

),

missing_months as (

    select
        placed.account_id,
        placed.group_id,
        months.month_number,
        sum({{ to_reporting_currency('placed.arr', 'plan_rates.rate') }})
            as missing_arr,
        count(*) filter (where placed.arr is null or plan_rates.rate is null)
            as n_unvalued_items
    from placed
    inner join months
        on
            (placed.valid_from is null or placed.valid_from <= months.balance_on)
            and (placed.valid_to is null or placed.valid_to > months.balance_on)
    left join plan_rates
        on
            placed.currency = plan_rates.currency
            and months.month_number >= plan_rates.first_month
            and months.month_number < plan_rates.end_month
    group by placed.account_id, placed.group_id, months.month_number

),

opened as (

    select
        missing_months.account_id,
        missing_months.group_id,
        missing_months.month_number,
        missing_months.missing_arr,
        missing_months.n_unvalued_items,
        openings.lag_months,
        sum(openings.opening_arr) as opening_arr
    from missing_months
    inner join openings
        on
            missing_months.account_id = openings.account_id
            and missing_months.group_id = openings.group_id
            and missing_months.month_number >= openings.first_month
            and missing_months.month_number < openings.end_month
    group by
        missing_months.account_id,
        missing_months.group_id,
        missing_months.month_number,
        missing_months.missing_arr,
        missing_months.n_unvalued_items,
        openings.lag_months

),

lost as (

    select
        opened.account_id,
        opened.group_id,
        opened.month_number,
        opened.missing_arr,
        opened.n_unvalued_items,
        opened.lag_months,
        opened.opening_arr - coalesce(sum(cohorts.kept_arr), 0) as lost_arr
    from opened
    left join cohorts
        on
            opened.account_id = cohorts.account_id
            and opened.group_id = cohorts.group_id
            and opened.lag_months = cohorts.lag_months
            and opened.month_number >= cohorts.first_month
            and opened.month_number < cohorts.end_month
    group by
        opened.account_id,
        opened.group_id,
        opened.month_number,
        opened.missing_arr,
        opened.n_unvalued_items,
        opened.lag_months,
        opened.opening_arr

)

-- An amount that nobody can read may be all of it.
select
    account_id,
    group_id,
    month_number,
    lag_months,
    cast(
        case
            when n_unvalued_items > 0 then lost_arr
            else least(lost_arr, missing_arr)
        end as decimal(18, 2)
    ) as unknown_arr
from lost
where lost_arr > 0 and (n_unvalued_items > 0 or missing_arr > 0)
