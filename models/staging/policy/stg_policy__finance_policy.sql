select
    {{ policy_columns(
        material_restatement_arr='decimal(18, 2)',
        billing_line_tolerance='decimal(18, 2)',
        day_count_rate='decimal(18, 6)',
        billing_tolerance_rate='decimal(18, 6)',
        ledger_tolerance_rate='decimal(18, 6)',
        crm_match_days='integer',
        deal_amount_tolerance_rate='decimal(18, 6)',
        deals_tolerance_rate='decimal(18, 6)',
        reported_money_tolerance='decimal(18, 2)',
        reported_rate_tolerance='decimal(18, 6)',
        last_days_least='integer',
        last_days_telling_rate='decimal(18, 6)',
        last_days_least_rate='decimal(18, 6)'
    ) }}
from {{ ref('finance_policy') }}
