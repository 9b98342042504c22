with

terms as (

    select * from {{ ref('int_terms_ending_after_months') }}

),

policy as (

    select * from {{ ref('stg_policy__signals') }}
    where signal = 'renewal_window'

),

days as (

    select
        account_id,
        month_number,
        subscription_id,
        next_term_ends_on,
        cast(
            {{ dbt.datediff('balance_on', 'next_term_ends_on', 'day') }}
            as decimal(18, 6)
        ) as value
    from terms

),

-- Of several terms the next one inside the window counts, else the next one.
ranked as (

    select
        days.account_id,
        policy.signal,
        days.month_number,
        days.subscription_id,
        days.next_term_ends_on,
        days.value,
        days.value >= policy.also_least
        and {{ meets_threshold('days.value') }} as is_fired,
        row_number() over (
            partition by days.account_id, days.month_number
            order by
                days.value >= policy.also_least
                and {{ meets_threshold('days.value') }} desc,
                days.value,
                days.subscription_id
        ) as place
    from days
    cross join policy

)

select
    account_id,
    signal,
    month_number,
    cast(null as {{ dbt.type_string() }}) as product_id,
    value,
    is_fired,
    concat(
        'the term of ',
        subscription_id,
        ' ends on ',
        next_term_ends_on,
        ', in ',
        cast(value as decimal(18, 0)),
        ' days'
    ) as evidence
from ranked
where place = 1
