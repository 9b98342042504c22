with

runs as (

    select * from {{ ref('int_play_runs_matched_to_outcomes') }}

),

policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

),

counted as (

    select
        play,
        count(*) filter (where is_offered) as n_offered,
        count(*) filter (where not is_offered) as n_held_out,
        count(*) filter (where is_offered and is_acted_upon) as n_acted_upon
    from runs
    group by play

)

select
    counted.play,
    counted.n_offered,
    counted.n_held_out,
    counted.n_acted_upon,
    case
        when counted.n_held_out >= policy.least_holdout_runs then 'randomised holdout'
        else 'stratified'
    end as design
from counted
cross join policy
