-- The signals that have a model, int_signal_<name>_measured, and a flag, is_<name>: those
-- of seeds/policy/signals.csv, which a test compares. Columns cannot be read from a seed.
{% macro signal_names() %}
    {{- return([
        'seat_utilisation',
        'usage_near_limit',
        'premium_feature_tried',
        'breadth_jump',
        'usage_growth',
        'health_improved',
        'promoter_low_penetration',
        'new_team_active',
        'headcount_growth',
        'executive_meeting',
        'renewal_window',
        'contracted_step_near',
    ]) -}}
{% endmacro %}
