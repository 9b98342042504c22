-- Which plays really produce expansion, and what does a dollar of it cost?
select
    play,
    measure,
    verdict,
    design,
    evidence_grade,
    n_offered,
    n_held_out,
    effect,
    effect_low,
    effect_high,
    minimum_detectable_effect,
    cost,
    cost_per_incremental_arr
from {{ ref('play_effectiveness') }}
order by play asc, measure asc
