with

balances as (

    select * from {{ ref('int_balances_accumulated_to_periods') }}
    where arr > 0

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

-- A product billed in two currencies is gone only when both are: the gap is between the
-- last end of any and the next start of any.
reached as (

    select
        account_id,
        product_id,
        valid_from,
        max(coalesce(valid_to, cast('9999-12-31' as date))) over (
            partition by account_id, product_id
            order by valid_from
            rows between unbounded preceding and 1 preceding
        ) as covered_to
    from balances

),

closed_gaps as (

    select
        reached.account_id,
        reached.product_id,
        reached.covered_to as valid_from,
        reached.valid_from as valid_to
    from reached
    cross join policy
    where
        reached.covered_to < reached.valid_from
        and {{ dbt.datediff('reached.covered_to', 'reached.valid_from', 'day') }}
        <= policy.renewal_grace_days

),

last_ends as (

    select
        account_id,
        product_id,
        max(valid_to) as valid_from
    from balances
    group by account_id, product_id
    having count(*) = count(valid_to)

),

open_gaps as (

    select
        last_ends.account_id,
        last_ends.product_id,
        last_ends.valid_from,
        cast(null as date) as valid_to
    from last_ends
    cross join policy
    where
        {{ dbt.datediff('last_ends.valid_from', 'policy.as_of_date', 'day') }}
        < policy.renewal_grace_days

),

gaps as (

    select * from closed_gaps
    union all
    select * from open_gaps

)

select
    gaps.account_id,
    gaps.product_id,
    balances.currency,
    gaps.valid_from,
    gaps.valid_to,
    balances.arr,
    balances.list_arr,
    balances.quantity
from gaps
inner join balances
    on
        gaps.account_id = balances.account_id
        and gaps.product_id = balances.product_id
        and gaps.valid_from = balances.valid_to
