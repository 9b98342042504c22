-- Which signals predict expansion, and which only sound as if they did?
select
    signal,
    verdict,
    n_observations,
    n_fired,
    n_hits,
    precision_rate,
    precision_low,
    precision_high,
    base_rate,
    lift,
    lift_low,
    lift_high,
    recall_rate,
    lead_months,
    marginal_precision_rate,
    most_overlapping_signal
from {{ ref('signal_backtest') }}
order by lift_low desc nulls last, signal asc
