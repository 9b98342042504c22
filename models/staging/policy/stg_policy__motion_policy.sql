select
    {{ policy_columns(
        adoption_window_days='integer',
        adopted_feature_users='integer',
        adopted_feature_days='integer',
        adopted_breadth_rate='decimal(18, 6)',
        limit_trend_days='integer',
        late_usage_days='integer',
        new_user_months='integer',
        executive_contact_days='integer',
        sponsor_lost_days='integer',
        plan_review_days='integer',
        health_least_evidence_rate='decimal(18, 6)',
        health_red_below='integer',
        health_green_from='integer',
        outcome_months='integer',
        backtest_least_fires='integer',
        bootstrap_draws='integer',
        confidence_rate='decimal(18, 6)',
        least_holdout_runs='integer',
        like_accounts_least='integer',
        growth_least_deviation_rate='decimal(18, 6)',
        growth_least_deviation_users='integer',
        usual_term_months='integer'
    ) }}
from {{ ref('motion_policy') }}
