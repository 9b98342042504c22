-- Which inputs take most points from the health of red accounts this month?
with

drivers as (

    select * from {{ ref('account_health_drivers') }}

),

health as (

    select * from {{ ref('account_health_months') }}
    where band = 'red'

),

last_month as (

    select max(month_start) as month_start from {{ ref('account_health_months') }}

)

select
    drivers.input,
    count(*) as n_accounts,
    count(drivers.points) as n_known,
    avg(drivers.points) as mean_points,
    min(drivers.reason) as example_reason
from drivers
inner join last_month on drivers.month_start = last_month.month_start
inner join health
    on
        drivers.account_id = health.account_id
        and drivers.month_start = health.month_start
group by drivers.input
order by mean_points asc nulls last, drivers.input asc
