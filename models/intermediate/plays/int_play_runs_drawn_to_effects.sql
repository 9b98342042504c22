with

compared as (

    select * from {{ ref('int_play_runs_compared_in_strata') }}

),

draws as (

    select * from {{ ref('int_accounts_drawn_for_bootstrap') }}

),

-- Draw 0 is the company as it is: the estimate and its interval share one formula.
weighted as (

    select
        compared.play,
        compared.measure,
        compared.stratum,
        compared.is_offered,
        0 as draw,
        compared.n_cases,
        compared.outcome
    from compared

    union all

    select
        compared.play,
        compared.measure,
        compared.stratum,
        compared.is_offered,
        draws.draw,
        draws.weight * compared.n_cases as n_cases,
        draws.weight * compared.outcome as outcome
    from compared
    inner join draws on compared.account_id = draws.account_id

),

strata as (

    select
        play,
        measure,
        stratum,
        draw,
        cast(sum(n_cases) filter (where is_offered) as bigint) as n_offered,
        cast(sum(n_cases) filter (where not is_offered) as bigint) as n_compared,
        cast(sum(outcome) filter (where is_offered) as decimal(18, 2)) as offered,
        cast(sum(outcome) filter (where not is_offered) as decimal(18, 2)) as compared
    from weighted
    group by play, measure, stratum, draw

),

-- Each stratum weighs as much as it has offers; one without a comparison drops out.
-- Decimals, as the sum of floating-point numbers depends on their order.
averaged as (

    select
        play,
        measure,
        draw,
        sum(n_offered) as n_offered,
        sum(n_compared) as n_compared,
        sum(offered) / sum(n_offered) as offered_mean,
        sum(cast(compared * n_offered / n_compared as decimal(28, 10)))
        / sum(n_offered) as compared_mean
    from strata
    where n_offered > 0 and n_compared > 0
    group by play, measure, draw

)

select
    play,
    measure,
    draw,
    cast(n_offered as bigint) as n_offered,
    cast(n_compared as bigint) as n_compared,
    cast(offered_mean as decimal(18, 6)) as offered_mean,
    cast(compared_mean as decimal(18, 6)) as compared_mean,
    cast(offered_mean - compared_mean as decimal(18, 6)) as effect
from averaged
