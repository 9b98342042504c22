with

account_openings as (

    select * from {{ ref('int_openings_summed_to_accounts') }}

),

-- A cohort is those who paid: an account below zero, by an adjustment, is in no cohort.
account_cohorts as (

    select * from account_openings
    where opening_arr > 0

),

family_openings as (

    select * from {{ ref('int_openings_summed_to_families') }}

),

family_cohorts as (

    select * from family_openings
    where opening_arr > 0

),

account_closings as (

    select * from {{ ref('int_balance_changes_summed_to_account_months') }}
    where closing_arr <> 0

),

family_closings as (

    select * from {{ ref('int_balance_changes_summed_to_family_months') }}
    where closing_arr <> 0

),

-- The months in which an account of the cohort is still there, with both its balances.
account_overlaps as (

    select
        openings.lag_months,
        openings.account_id,
        greatest(openings.first_month, closings.month_number) as first_month,
        least(openings.end_month, closings.next_month) as end_month,
        openings.opening_arr,
        closings.closing_arr
    from account_cohorts as openings
    inner join account_closings as closings
        on
            openings.account_id = closings.account_id
            and openings.first_month < closings.next_month
            and closings.month_number < openings.end_month

),

family_overlaps as (

    select
        openings.lag_months,
        openings.account_id,
        openings.product_family,
        greatest(openings.first_month, closings.month_number) as first_month,
        least(openings.end_month, closings.next_month) as end_month,
        openings.opening_arr,
        closings.closing_arr
    from family_cohorts as openings
    inner join family_closings as closings
        on
            openings.account_id = closings.account_id
            and openings.product_family = closings.product_family
            and openings.first_month < closings.next_month
            and closings.month_number < openings.end_month

),

-- The cohort of a family is the company's, so that what it bought in another family
-- since then counts there, and the families add up.
family_closings_of_cohort as (

    select
        openings.lag_months,
        openings.account_id,
        closings.product_family,
        greatest(openings.first_month, closings.month_number) as first_month,
        least(openings.end_month, closings.next_month) as end_month,
        closings.closing_arr
    from account_cohorts as openings
    inner join family_closings as closings
        on
            openings.account_id = closings.account_id
            and openings.first_month < closings.next_month
            and closings.month_number < openings.end_month

)

select
    lag_months,
    account_id,
    cast(null as {{ dbt.type_string() }}) as product_family,
    first_month,
    end_month,
    opening_arr as all_opening_arr,
    greatest(opening_arr, 0) as opening_arr,
    cast(0 as decimal(18, 2)) as closing_arr,
    cast(0 as decimal(18, 2)) as kept_arr,
    case when opening_arr > 0 then 1 else 0 end as n_accounts,
    0 as n_kept_accounts
from account_openings

union all

select
    lag_months,
    account_id,
    cast(null as {{ dbt.type_string() }}) as product_family,
    first_month,
    end_month,
    cast(0 as decimal(18, 2)) as all_opening_arr,
    cast(0 as decimal(18, 2)) as opening_arr,
    closing_arr,
    least(closing_arr, opening_arr) as kept_arr,
    0 as n_accounts,
    case when closing_arr > 0 then 1 else 0 end as n_kept_accounts
from account_overlaps

union all

select
    lag_months,
    account_id,
    product_family,
    first_month,
    end_month,
    opening_arr as all_opening_arr,
    greatest(opening_arr, 0) as opening_arr,
    cast(0 as decimal(18, 2)) as closing_arr,
    cast(0 as decimal(18, 2)) as kept_arr,
    case when opening_arr > 0 then 1 else 0 end as n_accounts,
    0 as n_kept_accounts
from family_openings

union all

select
    lag_months,
    account_id,
    product_family,
    first_month,
    end_month,
    cast(0 as decimal(18, 2)) as all_opening_arr,
    cast(0 as decimal(18, 2)) as opening_arr,
    cast(0 as decimal(18, 2)) as closing_arr,
    least(closing_arr, opening_arr) as kept_arr,
    0 as n_accounts,
    case when closing_arr > 0 then 1 else 0 end as n_kept_accounts
from family_overlaps

union all

select
    lag_months,
    account_id,
    product_family,
    first_month,
    end_month,
    cast(0 as decimal(18, 2)) as all_opening_arr,
    cast(0 as decimal(18, 2)) as opening_arr,
    closing_arr,
    cast(0 as decimal(18, 2)) as kept_arr,
    0 as n_accounts,
    0 as n_kept_accounts
from family_closings_of_cohort
