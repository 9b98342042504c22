-- How many accounts are ready to expand, month by month, and how many are at risk?
select
    month_start,
    count(*) as n_accounts,
    count(*) filter (where is_ready) as n_ready,
    count(*) filter (where is_churn_risk) as n_churn_risks,
    count(*) filter (where is_seat_utilisation) as n_seats_full,
    count(*) filter (where is_usage_near_limit) as n_near_a_limit
from {{ ref('account_signal_flags') }}
group by month_start
order by month_start desc
