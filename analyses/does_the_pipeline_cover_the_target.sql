-- Does the open expansion pipeline, at our own win rates, cover what the plans promise?
select
    segment,
    sum(n_open) as n_open,
    sum(amount_arr) as amount_arr,
    sum(weighted_arr) as weighted_arr,
    sum(weighted_arr_low) as weighted_arr_low,
    sum(weighted_arr_high) as weighted_arr_high,
    max(target_arr) as target_arr,
    max(coverage_rate) as coverage_rate
from {{ ref('expansion_pipeline') }}
group by segment
order by segment asc
