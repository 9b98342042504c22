with

effects as (

    select * from {{ ref('int_play_runs_drawn_to_effects') }}
    where draw > 0

),

policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

),

ranked as (

    select
        play,
        measure,
        effect,
        row_number() over (partition by play, measure order by effect) as place,
        count(*) over (partition by play, measure) as n_draws
    from effects

)

select
    ranked.play,
    ranked.measure,
    min(ranked.effect) filter (
        where ranked.place >= ranked.n_draws * (1 - policy.confidence_rate) / 2
    ) as effect_low,
    max(ranked.effect) filter (
        where ranked.place <= ranked.n_draws * (1 + policy.confidence_rate) / 2
    ) as effect_high,
    cast(stddev_samp(ranked.effect) as decimal(18, 6)) as standard_error
from ranked
cross join policy
group by ranked.play, ranked.measure
