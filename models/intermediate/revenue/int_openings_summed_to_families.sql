with

openings as (

    select * from {{ ref('int_openings_revalued_by_lag') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

starts_and_ends as (

    select
        lag_months,
        account_id,
        product_family,
        first_month as month_number,
        arr
    from openings

    union all

    select
        lag_months,
        account_id,
        product_family,
        end_month as month_number,
        -arr as arr
    from openings

),

changes as (

    select
        lag_months,
        account_id,
        product_family,
        month_number,
        sum(arr) as arr_change
    from starts_and_ends
    group by lag_months, account_id, product_family, month_number
    having sum(arr) <> 0

),

balances as (

    select
        *,
        sum(arr_change) over months_in_order as opening_arr,
        lead(month_number) over months_in_order as end_month
    from changes
    window
        months_in_order as (
            partition by lag_months, account_id, product_family order by month_number
        )

)

select
    balances.lag_months,
    balances.account_id,
    balances.product_family,
    balances.month_number as first_month,
    coalesce(balances.end_month, policy.last_month + 1) as end_month,
    cast(balances.opening_arr as decimal(18, 2)) as opening_arr
from balances
cross join policy
where balances.opening_arr <> 0 and balances.month_number <= policy.last_month
