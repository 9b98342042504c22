with

subscriptions as (

    select * from {{ ref('int_subscriptions_in_force_in_months') }}
    where term_ends_on > balance_on

),

items as (

    select * from {{ ref('stg_billing__subscription_items') }}

),

policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

),

-- Who pays for three years at a time has a term of three years.
lengths as (

    select
        subscriptions.account_id,
        subscriptions.month_number,
        subscriptions.balance_on,
        subscriptions.subscription_id,
        subscriptions.term_ends_on,
        greatest(
            policy.usual_term_months,
            coalesce(max(
                items.interval_count * case items.billing_interval
                    when 'year' then 12
                    when 'month' then 1
                end
            ), 0)
        ) as term_months
    from subscriptions
    cross join policy
    left join items
        on
            subscriptions.subscription_id = items.subscription_id
            and subscriptions.balance_on >= items.valid_from
    group by
        subscriptions.account_id,
        subscriptions.month_number,
        subscriptions.balance_on,
        subscriptions.subscription_id,
        subscriptions.term_ends_on,
        policy.usual_term_months

),

-- The term's end rolls forward in place; the one that was next on the balance date lies
-- whole terms before it.
whole_terms as (

    select
        account_id,
        month_number,
        balance_on,
        subscription_id,
        term_ends_on,
        term_months,
        cast(floor(
            ({{ month_number('term_ends_on') }} - {{ month_number('balance_on') }})
            / cast(term_months as double)
        ) as integer) as n_terms
    from lengths

),

stepped_back as (

    select
        account_id,
        month_number,
        balance_on,
        subscription_id,
        term_ends_on,
        term_months,
        n_terms,
        cast({{ dbt.dateadd(
            'month', '-n_terms * term_months', 'term_ends_on'
        ) }} as date) as earliest_end_on
    from whole_terms

)

-- An end in the month of the balance date may lie on that day or before: then the next.
select
    account_id,
    month_number,
    balance_on,
    subscription_id,
    case
        when earliest_end_on > balance_on then earliest_end_on
        else cast({{ dbt.dateadd(
            'month', '(1 - n_terms) * term_months', 'term_ends_on'
        ) }} as date)
    end as next_term_ends_on
from stepped_back
