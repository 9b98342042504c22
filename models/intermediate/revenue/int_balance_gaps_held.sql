with

balances as (

    select * from {{ ref('int_balances_accumulated_to_periods') }}
    where arr > 0

),

products as (

    select
        product_id,
        product_family
    from {{ ref('int_products_resolved_to_present') }}
    where product_id = present_product_id

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

starts as (

    select
        account_id,
        product_id,
        valid_from as starts_on,
        covered_to as last_ended_on
    from reached
    where covered_to is null or covered_to < valid_from

),

last_ends as (

    select
        account_id,
        product_id,
        case when count(*) = count(valid_to) then max(valid_to) end as ends_on
    from balances
    group by account_id, product_id

),

services as (

    select
        starts.account_id,
        starts.product_id,
        products.product_family,
        starts.starts_on,
        starts.last_ended_on,
        coalesce(
            lead(starts.last_ended_on) over starts_in_order, last_ends.ends_on
        ) as ends_on,
        lead(starts.starts_on) over starts_in_order as returns_on
    from starts
    inner join last_ends
        on
            starts.account_id = last_ends.account_id
            and starts.product_id = last_ends.product_id
    inner join products on starts.product_id = products.product_id
    window
        starts_in_order as (
            partition by starts.account_id, starts.product_id
            order by starts.starts_on
        )

),

-- A product that comes back from a gap of its own was held through it: it takes the
-- place of no other.
successors as (

    select
        services.account_id,
        services.product_id,
        services.product_family,
        services.starts_on,
        services.ends_on
    from services
    cross join policy
    where
        policy.renewal_gap_closed_by = 'family'
        and (
            services.last_ended_on is null
            or {{ dbt.datediff('services.last_ended_on', 'services.starts_on', 'day') }}
            > policy.renewal_grace_days
        )

),

-- One that started shortly before the end and goes on took its place beforehand.
succeeded as (

    select
        services.account_id,
        services.product_id,
        services.ends_on,
        services.returns_on,
        min(
            case
                when successors.starts_on >= services.ends_on
                    then successors.starts_on
            end
        ) as succeeded_on,
        count(
            case
                when
                    successors.starts_on < services.ends_on
                    and coalesce(successors.ends_on > services.ends_on, true)
                    then 1
            end
        ) > 0 as is_succeeded_before
    from services
    cross join policy
    left join successors
        on
            services.account_id = successors.account_id
            and services.product_family = successors.product_family
            and services.product_id <> successors.product_id
            and abs(
                {{ dbt.datediff('services.ends_on', 'successors.starts_on', 'day') }}
            ) <= policy.renewal_grace_days
    where services.ends_on is not null
    group by
        services.account_id,
        services.product_id,
        services.ends_on,
        services.returns_on

),

closed as (

    select
        *,
        least(returns_on, succeeded_on) as closes_on
    from succeeded

),

unknown_periods as (

    select * from {{ ref('int_accounts_unknown_in_periods') }}

),

gaps as (

    select
        closed.account_id,
        closed.product_id,
        closed.ends_on,
        closed.closes_on
    from closed
    cross join policy
    where
        case
            when closed.closes_on is null
                then
                    not closed.is_succeeded_before
                    and {{ dbt.datediff('closed.ends_on', 'policy.as_of_date', 'day') }}
                    < policy.renewal_grace_days
            else
                closed.ends_on < closed.closes_on
                and {{ dbt.datediff('closed.ends_on', 'closed.closes_on', 'day') }}
                <= policy.renewal_grace_days
                and (
                    not closed.is_succeeded_before
                    or coalesce(
                        {{ dbt.datediff(
                            'closed.ends_on', 'closed.returns_on', 'day'
                        ) }} <= policy.renewal_grace_days,
                        false
                    )
                )
        end

)

select
    gaps.account_id,
    gaps.product_id,
    balances.currency,
    gaps.ends_on as valid_from,
    gaps.closes_on as valid_to,
    balances.arr,
    balances.list_arr,
    balances.quantity
from gaps
inner join balances
    on
        gaps.account_id = balances.account_id
        and gaps.product_id = balances.product_id
        and gaps.ends_on = balances.valid_to
-- Where something refused would have been, nobody knows whether there was a gap.
where not exists (
    select 1
    from unknown_periods
    cross join policy
    where
        gaps.account_id = unknown_periods.account_id
        and (
            unknown_periods.valid_to is null
            or gaps.ends_on < unknown_periods.valid_to
        )
        and coalesce(
            unknown_periods.valid_from < gaps.closes_on,
            unknown_periods.valid_from <= policy.as_of_date,
            true
        )
)
