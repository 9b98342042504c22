with

runs as (

    select * from {{ ref('int_play_runs_matched_to_outcomes') }}

),

designs as (

    select * from {{ ref('int_play_runs_assigned_to_designs') }}

),

account_months as (

    select * from {{ ref('int_account_months_placed_in_strata') }}

),

-- Chance alone told the held-out from the offered: one stratum is enough.
randomised as (

    select
        runs.play,
        'all' as stratum,
        runs.account_id,
        runs.is_offered,
        runs.is_expanded,
        runs.outcome_arr
    from runs
    inner join designs on runs.play = designs.play
    where designs.design = 'randomised holdout'

),

stratified as (

    select
        runs.play,
        account_months.stratum,
        runs.account_id,
        true as is_offered,
        runs.is_expanded,
        runs.outcome_arr
    from runs
    inner join designs on runs.play = designs.play
    inner join account_months
        on
            runs.account_id = account_months.account_id
            and runs.month_number = account_months.month_number
    where designs.design = 'stratified' and runs.is_offered

    union all

    select
        designs.play,
        account_months.stratum,
        account_months.account_id,
        false as is_offered,
        account_months.is_expanded,
        account_months.outcome_arr
    from account_months
    cross join designs
    where designs.design = 'stratified' and not account_months.is_under_a_play

),

compared as (

    select * from randomised
    union all
    select * from stratified

),

measured as (

    select
        play,
        'expanded' as measure,
        stratum,
        account_id,
        is_offered,
        cast(case when is_expanded then 1 else 0 end as decimal(18, 2)) as outcome
    from compared

    union all

    select
        play,
        'expansion_arr' as measure,
        stratum,
        account_id,
        is_offered,
        outcome_arr as outcome
    from compared

)

select
    play,
    measure,
    stratum,
    account_id,
    is_offered,
    count(*) as n_cases,
    cast(sum(outcome) as decimal(18, 2)) as outcome
from measured
group by play, measure, stratum, account_id, is_offered
