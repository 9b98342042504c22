-- How much of expansion was earned, and how much was signed years before?
select
    scope_value as segment,
    month_start,
    opening_arr_12m,
    expansion_arr_12m,
    expansion_rate_12m,
    expansion_arr,
    contracted_step_arr,
    uncontracted_expansion_arr,
    n_accounts_expanded
from {{ ref('expansion_months') }}
where scope_type = 'segment'
order by month_start desc, segment asc
