with

backtest as (

    select * from {{ ref('int_signals_backtested') }}

)

select
    signal,
    horizon_months,
    n_observations,
    n_accounts,
    n_expanded,
    n_fired,
    n_hits,
    precision_rate,
    precision_low,
    precision_high,
    base_rate,
    recall_rate,
    arr_recall_rate,
    lift,
    lift_low,
    lift_high,
    lead_months,
    fire_rate,
    most_overlapping_signal,
    overlap_rate,
    n_fired_alone,
    marginal_precision_rate,
    is_underpowered,
    verdict,
    policy_version
from backtest
