with

signals as (

    select * from {{ ref('stg_policy__signals') }}

),

counts as (

    select * from {{ ref('int_signals_counted_by_outcomes') }}

),

lifts as (

    select * from {{ ref('int_signal_lifts_bounded_by_bootstrap') }}

),

overlapping as (

    select * from {{ ref('int_signals_overlapped_by_signals') }}

),

motion_policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

),

metric_policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

policy as (

    select
        metric_policy.policy_version,
        motion_policy.backtest_least_fires,
        {{ normal_quantile('motion_policy.confidence_rate') }} as z
    from motion_policy
    cross join metric_policy

),

counted as (

    select
        signals.signal,
        signals.horizon_months,
        coalesce(counts.n_observations, 0) as n_observations,
        coalesce(counts.n_accounts, 0) as n_accounts,
        coalesce(counts.n_expanded, 0) as n_expanded,
        coalesce(counts.n_fired, 0) as n_fired,
        coalesce(counts.n_hits, 0) as n_hits,
        coalesce(counts.n_fired_alone, 0) as n_fired_alone,
        coalesce(counts.n_hits_alone, 0) as n_hits_alone,
        counts.outcome_arr,
        counts.hit_arr,
        counts.lead_months
    from signals
    left join counts on signals.signal = counts.signal

)

select
    counted.signal,
    counted.horizon_months,
    counted.n_observations,
    counted.n_accounts,
    counted.n_expanded,
    counted.n_fired,
    counted.n_hits,
    {{ rate('counted.n_hits', 'counted.n_fired') }} as precision_rate,
    cast(
        {{ wilson_bound('counted.n_hits', 'counted.n_fired', 'policy.z', '-') }}
        as decimal(18, 6)
    ) as precision_low,
    cast(
        {{ wilson_bound('counted.n_hits', 'counted.n_fired', 'policy.z', '+') }}
        as decimal(18, 6)
    ) as precision_high,
    {{ rate('counted.n_expanded', 'counted.n_observations') }} as base_rate,
    {{ rate('counted.n_hits', 'counted.n_expanded') }} as recall_rate,
    {{ rate('coalesce(counted.hit_arr, 0)', 'counted.outcome_arr') }}
        as arr_recall_rate,
    cast(
        cast(counted.n_hits as double) / nullif(counted.n_fired, 0)
        / (nullif(cast(counted.n_expanded as double), 0) / counted.n_observations)
        as decimal(18, 6)
    ) as lift,
    cast(lifts.lift_low as decimal(18, 6)) as lift_low,
    cast(lifts.lift_high as decimal(18, 6)) as lift_high,
    cast(counted.lead_months as decimal(18, 6)) as lead_months,
    {{ rate('counted.n_fired', 'counted.n_observations') }} as fire_rate,
    overlapping.most_overlapping_signal,
    overlapping.overlap_rate,
    counted.n_fired_alone,
    {{ rate('counted.n_hits_alone', 'counted.n_fired_alone') }}
        as marginal_precision_rate,
    counted.n_fired < policy.backtest_least_fires as is_underpowered,
    case
        when counted.n_observations = 0 then 'no data'
        when counted.n_fired < policy.backtest_least_fires then 'underpowered'
        when lifts.lift_low > 1 then 'predicts'
        when lifts.lift_high < 1 then 'predicts the opposite'
        else 'no evidence'
    end as verdict,
    policy.policy_version
from counted
cross join policy
left join lifts on counted.signal = lifts.signal
left join overlapping on counted.signal = overlapping.signal
