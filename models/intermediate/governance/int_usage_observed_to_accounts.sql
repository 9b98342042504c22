with

usage_months as (

    select * from {{ ref('stg_product__usage_months') }}

),

accounts as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

-- The lowest bits are the last days of a month: those after the as-of date are cut off.
dated as (

    select
        usage_months.account_id,
        usage_months.balance_on,
        usage_months.logged_days,
        least(31, greatest(0, {{ dbt.datediff(
            'policy.as_of_date', 'usage_months.balance_on', 'day'
        ) }})) as days_to_come
    from usage_months
    cross join policy

),

known as (

    select
        account_id,
        balance_on,
        logged_days & ~{{ lowest_bits('days_to_come') }} as known_days
    from dated

),

summed as (

    select
        accounts.ultimate_account_id as account_id,
        known.balance_on,
        bit_or(known.known_days) as known_days,
        sum(bit_count(known.known_days)) as n_rows
    from known
    inner join accounts on known.account_id = accounts.account_id
    where known.known_days <> 0
    group by accounts.ultimate_account_id, known.balance_on

)

select
    account_id,
    -- The lowest bit set is the last day of use.
    cast({{ dbt.dateadd(
        'day', '-bit_count((known_days & -known_days) - 1)', 'balance_on'
    ) }} as date) as observed_on,
    n_rows
from summed
