-- What a hash is made of, for each table that is frozen at a close: all its columns but
-- snapshot_id and month_start, and of a header its own hash, in the order of the table.
{% macro frozen_columns(table) %}
    {{- return({
        'arr_snapshots': [
            'account_id', 'segment', 'country', 'industry', 'product_id',
            'product_family', 'quantity', 'closing_arr', 'opening_arr_12m',
            'opening_arr_3m', 'opening_arr_1m', 'is_in_grace',
        ],
        'item_snapshots': [
            'metric', 'account_id', 'product_id', 'item_id', 'is_adjustment', 'is_held',
            'subscription_id', 'source_account_id', 'source_parent_account_id',
            'source_merged_into_account_id', 'source_product_id', 'currency',
            'quantity', 'local_arr', 'plan_rate', 'arr',
        ],
        'reported_retention': [
            'scope_type', 'scope_value', 'metric_id', 'numerator', 'denominator',
            'value', 'n_accounts', 'top_account_share', 'policy_version',
        ],
        'closed_months': [
            'closed_on', 'closed_by', 'as_of_date', 'policy_version', 'policy_values',
            'raw_id', 'n_rows', 'closing_arr', 'content_hash', 'items_hash',
            'retention_hash',
        ],
    }[table]) -}}
{% endmacro %}
