-- Fails if the expansion of a scope's month is not the bridge's, or if what was signed
-- before and the rest do not make it up.
{{ config(meta={'dagster': {'ref': {'name': 'expansion_months'}}}) }}
select
    bridge.scope_type,
    bridge.scope_value,
    bridge.month_start,
    bridge.expansion_arr as bridge_arr,
    months.expansion_arr,
    months.contracted_step_arr,
    months.uncontracted_expansion_arr
from {{ ref('arr_bridge_months') }} as bridge
left join {{ ref('expansion_months') }} as months
    on
        bridge.scope_type = months.scope_type
        and bridge.scope_value = months.scope_value
        and bridge.month_start = months.month_start
where
    months.scope_type is null
    or bridge.expansion_arr <> months.expansion_arr
    or months.expansion_arr
    <> months.contracted_step_arr + months.uncontracted_expansion_arr
