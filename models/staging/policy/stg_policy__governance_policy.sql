select
    {{ policy_columns(
        least_evidence_score='decimal(18, 6)',
        evidence_share_rate='decimal(18, 6)',
        largest_unstable_rate='decimal(18, 6)',
        recent_points='integer',
        chart_least_points='integer',
        chart_baseline_points='integer',
        chart_limit_factor='decimal(18, 6)',
        chart_run_points='integer',
        chart_near_points='integer',
        chart_near_rate='decimal(18, 6)',
        cusum_usual_slack='decimal(18, 6)',
        cusum_limit='decimal(18, 6)',
        watch_headroom_rate='decimal(18, 6)',
        watch_days='integer',
        least_covered_rate='decimal(18, 6)',
        largest_brier='decimal(18, 6)',
        chart_season_least_points='integer',
        chart_season_chance='decimal(18, 6)',
        pilot_power='decimal(18, 6)',
        pilot_bound='decimal(18, 6)'
    ) }}
from {{ ref('governance_policy') }}
