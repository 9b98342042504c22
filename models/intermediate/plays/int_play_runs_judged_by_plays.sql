with

estimates as (

    select * from {{ ref('int_play_runs_estimated_to_plays') }}

),

policy as (

    select
        motion_policy.least_holdout_runs,
        measurement_policy.largest_detectable_rate
    from {{ ref('stg_policy__motion_policy') }} as motion_policy
    cross join {{ ref('stg_policy__measurement_policy') }} as measurement_policy

),

-- A wide interval around nothing is no evidence of nothing; nor is a narrow one of
-- something when it rests on a handful of runs.
powered as (

    select
        estimates.play,
        estimates.measure,
        coalesce(
            least(estimates.n_offered, estimates.n_compared)
            < policy.least_holdout_runs
            or (
                estimates.effect_low <= 0
                and estimates.effect_high >= 0
                and estimates.minimum_detectable_effect
                > policy.largest_detectable_rate * estimates.compared_mean
            ),
            true
        ) as is_underpowered
    from estimates
    cross join policy

)

select
    estimates.play,
    estimates.measure,
    powered.is_underpowered,
    case
        when estimates.design is null then 'no runs'
        when powered.is_underpowered then 'underpowered'
        when estimates.effect_low > 0 then 'works'
        when estimates.effect_high < 0 then 'harms'
        else 'no evidence of an effect'
    end as verdict
from estimates
inner join powered
    on
        estimates.play = powered.play
        and estimates.measure = powered.measure
