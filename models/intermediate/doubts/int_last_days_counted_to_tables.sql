with

ends as (

    select * from {{ ref('int_interval_ends_judged') }}

),

policy as (

    select * from {{ ref('stg_policy__finance_policy') }}

),

counted as (

    select
        table_name,
        count(*) as n_ends,
        count(looks_like) as n_telling_ends,
        count(case when looks_like = 'last_day' then 1 end) as n_last_days,
        count(case when is_followed_next_day then 1 end) as n_followed_next_day
    from ends
    group by table_name

)

select
    counted.table_name,
    counted.n_ends,
    counted.n_telling_ends,
    counted.n_last_days,
    counted.n_followed_next_day,
    {{ rate('counted.n_last_days', 'counted.n_telling_ends') }} as last_day_rate
from counted
cross join policy
where
    counted.n_last_days >= policy.last_days_least
    and counted.n_last_days > policy.last_days_telling_rate * counted.n_telling_ends
    and counted.n_last_days >= policy.last_days_least_rate * counted.n_ends
