with

plays as (

    select * from {{ ref('plays') }}

),

designs as (

    select * from {{ ref('int_play_runs_assigned_to_designs') }}

),

compared as (

    select * from {{ ref('int_play_runs_compared_in_strata') }}

),

estimates as (

    select * from {{ ref('int_play_runs_drawn_to_effects') }}
    where draw = 0

),

bounds as (

    select * from {{ ref('int_play_runs_bounded_by_draws') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

measures as (

    select 'expanded' as measure
    union all
    select 'expansion_arr' as measure

),

accounts as (

    select
        play,
        measure,
        count(distinct account_id) as n_accounts
    from compared
    group by play, measure

)

select
    plays.play,
    measures.measure,
    plays.cost_per_run,
    designs.design,
    coalesce(designs.n_acted_upon, 0) as n_acted_upon,
    coalesce(accounts.n_accounts, 0) as n_accounts,
    coalesce(estimates.n_offered, 0) as n_offered,
    coalesce(estimates.n_compared, 0) as n_compared,
    coalesce(designs.n_offered - coalesce(estimates.n_offered, 0), 0)
        as n_without_comparison,
    estimates.offered_mean,
    estimates.compared_mean,
    estimates.effect,
    bounds.effect_low,
    bounds.effect_high,
    -- What a test at 95 % finds with a chance of 80 %: the normal quantiles of 0.975
    -- and 0.8 added up, in standard errors.
    cast(cast(2.8016 as decimal(5, 4)) * bounds.standard_error as decimal(18, 6))
        as minimum_detectable_effect,
    policy.policy_version
from plays
cross join measures
cross join policy
left join designs on plays.play = designs.play
left join accounts
    on plays.play = accounts.play and measures.measure = accounts.measure
left join estimates
    on plays.play = estimates.play and measures.measure = estimates.measure
left join bounds
    on plays.play = bounds.play and measures.measure = bounds.measure
