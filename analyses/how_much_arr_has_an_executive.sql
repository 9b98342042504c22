-- What share of ARR had an executive answer in the last quarter, and where was a
-- sponsor lost?
select
    month_start,
    count(*) as n_accounts,
    sum(closing_arr) as closing_arr,
    sum(aligned_arr) as aligned_arr,
    cast(sum(aligned_arr) / nullif(sum(closing_arr), 0) as decimal(18, 6))
        as aligned_arr_rate,
    sum(case when is_sponsor_lost then closing_arr else 0 end) as sponsor_lost_arr
from {{ ref('executive_alignment') }}
group by month_start
order by month_start desc
