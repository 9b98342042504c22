with

usage_months as (

    select * from {{ ref('stg_product__usage_months') }}
    where logged_days <> 0

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

summed as (

    select
        account_id,
        balance_on,
        bit_or(logged_days) as logged_days,
        cast(sum(n_rows) as bigint) as n_rows
    from usage_months
    group by account_id, balance_on

),

-- The lowest bits are the last days of the month: those after the as-of date go.
known as (

    select
        summed.account_id,
        summed.balance_on,
        summed.n_rows,
        summed.logged_days & -(
            cast(1 as bigint) << greatest(
                {{ dbt.datediff('policy.as_of_date', 'summed.balance_on', 'day') }}, 0
            )
        ) as logged_days
    from summed
    cross join policy
    where
        {{ dbt.datediff('policy.as_of_date', 'summed.balance_on', 'day') }} < 31

)

select
    account_id,
    cast({{ dbt.dateadd(
        'day',
        '-bit_count((logged_days & -logged_days) - 1)',
        'balance_on'
    ) }} as date) as observed_on,
    n_rows
from known
where logged_days <> 0
