select
    cast(null as varchar) as account_id,
    cast(null as date) as month_start,
    cast(null as boolean) as is_seat_utilisation,
    cast(null as boolean) as is_usage_near_limit,
    cast(null as boolean) as is_premium_feature_tried,
    cast(null as boolean) as is_breadth_jump,
    cast(null as boolean) as is_usage_growth,
    cast(null as boolean) as is_health_improved,
    cast(null as boolean) as is_promoter_low_penetration,
    cast(null as boolean) as is_new_team_active,
    cast(null as boolean) as is_headcount_growth,
    cast(null as boolean) as is_executive_meeting,
    cast(null as boolean) as is_renewal_window,
    cast(null as boolean) as is_contracted_step_near,
    cast(null as integer) as n_ready_signals,
    cast(null as boolean) as is_ready,
    cast(null as boolean) as is_churn_risk
where false
