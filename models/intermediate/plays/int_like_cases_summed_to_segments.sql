with

signals as (

    select * from {{ ref('int_signals_guarded') }}
    where is_fired

),

outcomes as (

    select * from {{ ref('int_outcomes_met_by_account_months') }}
    where is_mature and month_number % 3 = 0

),

policy as (

    select {{ normal_quantile('confidence_rate') }} as z
    from {{ ref('stg_policy__motion_policy') }}

),

cases as (

    select
        signals.signal,
        outcomes.segment,
        outcomes.is_expanded,
        case
            when outcomes.is_expanded
                then outcomes.outcome_arr / nullif(outcomes.closing_arr, 0)
        end as uplift
    from signals
    inner join outcomes
        on
            signals.account_id = outcomes.account_id
            and signals.month_start = outcomes.month_start

),

stacked as (

    select
        signal,
        'segment' as like_cases,
        segment,
        is_expanded,
        uplift
    from cases

    union all

    select
        signal,
        'company' as like_cases,
        cast(null as {{ dbt.type_string() }}) as segment,
        is_expanded,
        uplift
    from cases

),

summed as (

    select
        signal,
        like_cases,
        segment,
        count(*) as n_cases,
        count(*) filter (where is_expanded) as n_expanded,
        percentile_cont(0.25) within group (order by uplift) as uplift_low,
        percentile_cont(0.5) within group (order by uplift) as uplift_rate,
        percentile_cont(0.75) within group (order by uplift) as uplift_high
    from stacked
    group by signal, like_cases, segment

)

select
    summed.signal,
    summed.like_cases,
    summed.segment,
    summed.n_cases,
    summed.n_expanded,
    {{ rate('summed.n_expanded', 'summed.n_cases') }} as chance_rate,
    cast(
        {{ wilson_bound('summed.n_expanded', 'summed.n_cases', 'policy.z', '-') }}
        as decimal(18, 6)
    ) as chance_low,
    cast(
        {{ wilson_bound('summed.n_expanded', 'summed.n_cases', 'policy.z', '+') }}
        as decimal(18, 6)
    ) as chance_high,
    cast(summed.uplift_low as decimal(18, 6)) as uplift_low,
    cast(summed.uplift_rate as decimal(18, 6)) as uplift_rate,
    cast(summed.uplift_high as decimal(18, 6)) as uplift_high
from summed
cross join policy
