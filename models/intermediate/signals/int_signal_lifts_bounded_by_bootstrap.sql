with

observations as (

    select * from {{ ref('int_signals_met_by_outcomes') }}

),

draws as (

    select * from {{ ref('int_accounts_drawn_for_bootstrap') }}

),

policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

),

account_counts as (

    select
        signal,
        account_id,
        count(*) as n_observations,
        count(*) filter (where is_expanded) as n_expanded,
        count(*) filter (where is_fired) as n_fired,
        count(*) filter (where is_fired and is_expanded) as n_hits
    from observations
    group by signal, account_id

),

draw_counts as (

    select
        account_counts.signal,
        draws.draw,
        cast(sum(draws.weight * account_counts.n_observations) as double)
            as n_observations,
        cast(sum(draws.weight * account_counts.n_expanded) as double) as n_expanded,
        cast(sum(draws.weight * account_counts.n_fired) as double) as n_fired,
        cast(sum(draws.weight * account_counts.n_hits) as double) as n_hits
    from account_counts
    inner join draws on account_counts.account_id = draws.account_id
    group by account_counts.signal, draws.draw

),

-- A draw in which the signal never fires, or nobody expands, has no lift.
draw_lifts as (

    select
        signal,
        n_hits / n_fired / (n_expanded / n_observations) as lift
    from draw_counts
    where n_fired > 0 and n_expanded > 0

),

ranked as (

    select
        signal,
        lift,
        row_number() over (partition by signal order by lift) as place,
        count(*) over (partition by signal) as n_draws
    from draw_lifts

)

-- As many draws are left out below as above: together what the confidence leaves.
select
    ranked.signal,
    min(ranked.lift) as lift_low,
    max(ranked.lift) as lift_high
from ranked
cross join policy
where
    ranked.place > floor(ranked.n_draws * (1 - policy.confidence_rate) / 2)
    and ranked.place <= ranked.n_draws
    - floor(ranked.n_draws * (1 - policy.confidence_rate) / 2)
group by ranked.signal
