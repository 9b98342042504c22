with

policy as (

    select * from {{ ref('finance_policy') }}

),

one_row as (

    select
        max(case when policy_key = 'material_restatement_arr' then value end)
            as material_restatement_arr,
        max(case when policy_key = 'billing_line_tolerance' then value end)
            as billing_line_tolerance,
        max(case when policy_key = 'day_count_rate' then value end)
            as day_count_rate,
        max(case when policy_key = 'billing_tolerance_rate' then value end)
            as billing_tolerance_rate,
        max(case when policy_key = 'ledger_tolerance_rate' then value end)
            as ledger_tolerance_rate,
        max(case when policy_key = 'crm_match_days' then value end)
            as crm_match_days,
        max(case when policy_key = 'deal_amount_tolerance_rate' then value end)
            as deal_amount_tolerance_rate,
        max(case when policy_key = 'deals_tolerance_rate' then value end)
            as deals_tolerance_rate,
        max(case when policy_key = 'reported_money_tolerance' then value end)
            as reported_money_tolerance,
        max(case when policy_key = 'reported_rate_tolerance' then value end)
            as reported_rate_tolerance,
        max(case when policy_key = 'last_days_least' then value end)
            as last_days_least,
        max(case when policy_key = 'last_days_telling_rate' then value end)
            as last_days_telling_rate,
        max(case when policy_key = 'last_days_least_rate' then value end)
            as last_days_least_rate
    from policy

)

select
    cast(material_restatement_arr as decimal(18, 2)) as material_restatement_arr,
    cast(billing_line_tolerance as decimal(18, 2)) as billing_line_tolerance,
    cast(day_count_rate as decimal(18, 6)) as day_count_rate,
    cast(billing_tolerance_rate as decimal(18, 6)) as billing_tolerance_rate,
    cast(ledger_tolerance_rate as decimal(18, 6)) as ledger_tolerance_rate,
    cast(crm_match_days as integer) as crm_match_days,
    cast(deal_amount_tolerance_rate as decimal(18, 6)) as deal_amount_tolerance_rate,
    cast(deals_tolerance_rate as decimal(18, 6)) as deals_tolerance_rate,
    cast(reported_money_tolerance as decimal(18, 2)) as reported_money_tolerance,
    cast(reported_rate_tolerance as decimal(18, 6)) as reported_rate_tolerance,
    cast(last_days_least as integer) as last_days_least,
    cast(last_days_telling_rate as decimal(18, 6)) as last_days_telling_rate,
    cast(last_days_least_rate as decimal(18, 6)) as last_days_least_rate
from one_row
