with

policy as (

    select * from {{ ref('motion_policy') }}

),

one_row as (

    select
        max(case when policy_key = 'adoption_window_days' then value end)
            as adoption_window_days,
        max(case when policy_key = 'adopted_feature_users' then value end)
            as adopted_feature_users,
        max(case when policy_key = 'adopted_feature_days' then value end)
            as adopted_feature_days,
        max(case when policy_key = 'adopted_breadth_rate' then value end)
            as adopted_breadth_rate,
        max(case when policy_key = 'limit_trend_days' then value end)
            as limit_trend_days,
        max(case when policy_key = 'late_usage_days' then value end)
            as late_usage_days,
        max(case when policy_key = 'new_user_months' then value end)
            as new_user_months,
        max(case when policy_key = 'executive_contact_days' then value end)
            as executive_contact_days,
        max(case when policy_key = 'sponsor_lost_days' then value end)
            as sponsor_lost_days,
        max(case when policy_key = 'plan_review_days' then value end)
            as plan_review_days,
        max(case when policy_key = 'health_least_evidence_rate' then value end)
            as health_least_evidence_rate,
        max(case when policy_key = 'health_red_below' then value end)
            as health_red_below,
        max(case when policy_key = 'health_green_from' then value end)
            as health_green_from,
        max(case when policy_key = 'outcome_months' then value end)
            as outcome_months,
        max(case when policy_key = 'backtest_least_fires' then value end)
            as backtest_least_fires,
        max(case when policy_key = 'bootstrap_draws' then value end)
            as bootstrap_draws,
        max(case when policy_key = 'confidence_rate' then value end)
            as confidence_rate,
        max(case when policy_key = 'least_holdout_runs' then value end)
            as least_holdout_runs,
        max(case when policy_key = 'like_accounts_least' then value end)
            as like_accounts_least,
        max(case when policy_key = 'growth_least_deviation_rate' then value end)
            as growth_least_deviation_rate,
        max(case when policy_key = 'growth_least_deviation_users' then value end)
            as growth_least_deviation_users,
        max(case when policy_key = 'usual_term_months' then value end)
            as usual_term_months
    from policy

)

select
    cast(adoption_window_days as integer) as adoption_window_days,
    cast(adopted_feature_users as integer) as adopted_feature_users,
    cast(adopted_feature_days as integer) as adopted_feature_days,
    cast(adopted_breadth_rate as decimal(18, 6)) as adopted_breadth_rate,
    cast(limit_trend_days as integer) as limit_trend_days,
    cast(late_usage_days as integer) as late_usage_days,
    cast(new_user_months as integer) as new_user_months,
    cast(executive_contact_days as integer) as executive_contact_days,
    cast(sponsor_lost_days as integer) as sponsor_lost_days,
    cast(plan_review_days as integer) as plan_review_days,
    cast(health_least_evidence_rate as decimal(18, 6)) as health_least_evidence_rate,
    cast(health_red_below as integer) as health_red_below,
    cast(health_green_from as integer) as health_green_from,
    cast(outcome_months as integer) as outcome_months,
    cast(backtest_least_fires as integer) as backtest_least_fires,
    cast(bootstrap_draws as integer) as bootstrap_draws,
    cast(confidence_rate as decimal(18, 6)) as confidence_rate,
    cast(least_holdout_runs as integer) as least_holdout_runs,
    cast(like_accounts_least as integer) as like_accounts_least,
    cast(growth_least_deviation_rate as decimal(18, 6)) as growth_least_deviation_rate,
    cast(growth_least_deviation_users as integer) as growth_least_deviation_users,
    cast(usual_term_months as integer) as usual_term_months
from one_row
