with

observations as (

    select * from {{ ref('int_signals_met_by_outcomes') }}

)

select
    signal,
    count(*) as n_observations,
    count(distinct account_id) as n_accounts,
    count(*) filter (where is_expanded) as n_expanded,
    count(*) filter (where is_fired) as n_fired,
    count(*) filter (where is_fired and is_expanded) as n_hits,
    count(*) filter (where is_fired_alone) as n_fired_alone,
    count(*) filter (where is_fired_alone and is_expanded) as n_hits_alone,
    cast(sum(outcome_arr) as decimal(18, 2)) as outcome_arr,
    cast(sum(outcome_arr) filter (where is_fired) as decimal(18, 2)) as hit_arr,
    percentile_cont(0.5) within group (
        order by case when is_fired then months_to_expansion end
    ) as lead_months
from observations
group by signal
