-- Fails if the contributions of an account's inputs are not its score, to the cent: a
-- score nobody can explain is not believed.
{{ config(meta={'dagster': {'ref': {'name': 'account_health_months'}}}) }}
with

health as (

    select * from {{ ref('account_health_months') }}

),

drivers as (

    select
        account_id,
        month_start,
        sum(contribution) as score
    from {{ ref('account_health_drivers') }}
    group by account_id, month_start

)

select
    coalesce(health.account_id, drivers.account_id) as account_id,
    coalesce(health.month_start, drivers.month_start) as month_start,
    health.score,
    drivers.score as drivers_score
from health
full outer join drivers
    on
        health.account_id = drivers.account_id
        and health.month_start = drivers.month_start
where
    health.account_id is null
    or drivers.account_id is null
    or coalesce(health.score, -1) <> coalesce(drivers.score, -1)
