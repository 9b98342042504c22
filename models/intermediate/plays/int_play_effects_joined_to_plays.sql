with

estimates as (

    select * from {{ ref('int_play_runs_estimated_to_plays') }}

),

verdicts as (

    select * from {{ ref('int_play_runs_judged_by_plays') }}

)

-- Growth of ARR scatters so much that judging a play by it takes far more runs than by
-- the chance to expand.
select
    chances.play,
    verdicts.verdict,
    chances.effect as effect_rate,
    chances.effect_low,
    chances.effect_high,
    arr.effect as effect_arr,
    arr.effect_low as effect_arr_low,
    arr.effect_high as effect_arr_high
from estimates as chances
inner join verdicts
    on chances.play = verdicts.play and chances.measure = verdicts.measure
inner join estimates as arr
    on chances.play = arr.play and arr.measure = 'expansion_arr'
where chances.measure = 'expanded'
