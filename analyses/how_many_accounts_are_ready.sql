-- How many accounts are ready to expand, month by month, and how many are at risk?
-- Where nobody's health is known, nobody is known to be at risk or not.
with

flags as (

    select * from {{ ref('account_signal_flags') }}

),

health as (

    select * from {{ ref('account_health_months') }}

)

select
    flags.month_start,
    count(*) as n_accounts,
    count(flags.is_ready) as n_known,
    count(*) filter (where flags.is_ready) as n_ready,
    case
        when count(health.score) > 0 then count(*) filter (where flags.is_churn_risk)
    end as n_churn_risks,
    count(*) filter (where flags.is_seat_utilisation) as n_seats_full,
    count(*) filter (where flags.is_usage_near_limit) as n_near_a_limit
from flags
left join health
    on
        flags.account_id = health.account_id
        and flags.month_start = health.month_start
group by flags.month_start
order by flags.month_start desc
