-- How many people use what is paid for, and is it getting broader?
select
    month_start,
    count(*) as n_accounts,
    sum(active_users) as active_users,
    sum(new_users) as new_users,
    avg(breadth_rate) as mean_breadth_rate,
    avg(stickiness_rate) as mean_stickiness_rate
from {{ ref('adoption_account_months') }}
group by month_start
order by month_start desc
