with

policy as (

    select * from {{ ref('governance_policy') }}

),

one_row as (

    select
        max(case when policy_key = 'least_evidence_score' then value end)
            as least_evidence_score,
        max(case when policy_key = 'evidence_share_rate' then value end)
            as evidence_share_rate,
        max(case when policy_key = 'largest_unstable_rate' then value end)
            as largest_unstable_rate,
        max(case when policy_key = 'recent_points' then value end)
            as recent_points,
        max(case when policy_key = 'chart_least_points' then value end)
            as chart_least_points,
        max(case when policy_key = 'chart_baseline_points' then value end)
            as chart_baseline_points,
        max(case when policy_key = 'chart_limit_factor' then value end)
            as chart_limit_factor,
        max(case when policy_key = 'chart_run_points' then value end)
            as chart_run_points,
        max(case when policy_key = 'chart_near_points' then value end)
            as chart_near_points,
        max(case when policy_key = 'chart_near_rate' then value end)
            as chart_near_rate,
        max(case when policy_key = 'cusum_usual_slack' then value end)
            as cusum_usual_slack,
        max(case when policy_key = 'cusum_limit' then value end)
            as cusum_limit,
        max(case when policy_key = 'watch_headroom_rate' then value end)
            as watch_headroom_rate,
        max(case when policy_key = 'watch_days' then value end)
            as watch_days,
        max(case when policy_key = 'least_covered_rate' then value end)
            as least_covered_rate,
        max(case when policy_key = 'largest_brier' then value end)
            as largest_brier,
        max(case when policy_key = 'chart_season_least_points' then value end)
            as chart_season_least_points,
        max(case when policy_key = 'chart_season_chance' then value end)
            as chart_season_chance,
        max(case when policy_key = 'pilot_power' then value end)
            as pilot_power,
        max(case when policy_key = 'pilot_bound' then value end)
            as pilot_bound
    from policy

)

select
    cast(least_evidence_score as decimal(18, 6)) as least_evidence_score,
    cast(evidence_share_rate as decimal(18, 6)) as evidence_share_rate,
    cast(largest_unstable_rate as decimal(18, 6)) as largest_unstable_rate,
    cast(recent_points as integer) as recent_points,
    cast(chart_least_points as integer) as chart_least_points,
    cast(chart_baseline_points as integer) as chart_baseline_points,
    cast(chart_limit_factor as decimal(18, 6)) as chart_limit_factor,
    cast(chart_run_points as integer) as chart_run_points,
    cast(chart_near_points as integer) as chart_near_points,
    cast(chart_near_rate as decimal(18, 6)) as chart_near_rate,
    cast(cusum_usual_slack as decimal(18, 6)) as cusum_usual_slack,
    cast(cusum_limit as decimal(18, 6)) as cusum_limit,
    cast(watch_headroom_rate as decimal(18, 6)) as watch_headroom_rate,
    cast(watch_days as integer) as watch_days,
    cast(least_covered_rate as decimal(18, 6)) as least_covered_rate,
    cast(largest_brier as decimal(18, 6)) as largest_brier,
    cast(chart_season_least_points as integer) as chart_season_least_points,
    cast(chart_season_chance as decimal(18, 6)) as chart_season_chance,
    cast(pilot_power as decimal(18, 6)) as pilot_power,
    cast(pilot_bound as decimal(18, 6)) as pilot_bound
from one_row
