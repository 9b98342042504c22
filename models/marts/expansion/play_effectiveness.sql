with

estimates as (

    select * from {{ ref('int_play_runs_estimated_to_plays') }}

),

verdicts as (

    select * from {{ ref('int_play_runs_judged_by_plays') }}

)

select
    estimates.play,
    estimates.measure,
    estimates.design,
    case estimates.design
        when 'randomised holdout' then 'A'
        when 'stratified' then 'C'
    end as evidence_grade,
    cast(estimates.n_offered as bigint) as n_offered,
    cast(estimates.n_compared as bigint) as n_held_out,
    cast(estimates.n_accounts as bigint) as n_accounts,
    cast(estimates.n_acted_upon as bigint) as n_acted_upon,
    cast(estimates.n_without_comparison as bigint) as n_without_comparison,
    estimates.offered_mean,
    estimates.compared_mean as held_out_mean,
    estimates.effect,
    estimates.effect_low,
    estimates.effect_high,
    estimates.minimum_detectable_effect,
    cast(estimates.n_offered * estimates.cost_per_run as decimal(18, 2)) as cost,
    -- n_offered stands in both the cost and what it brought.
    cast(
        case
            when estimates.measure = 'expansion_arr' and estimates.effect_low > 0
                then estimates.cost_per_run / estimates.effect
        end as decimal(18, 6)
    ) as cost_per_incremental_arr,
    verdicts.is_underpowered,
    verdicts.verdict,
    estimates.policy_version
from estimates
inner join verdicts
    on
        estimates.play = verdicts.play
        and estimates.measure = verdicts.measure
