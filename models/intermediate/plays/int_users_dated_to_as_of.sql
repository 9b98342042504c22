with

users as (

    select * from {{ ref('stg_crm__users') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

)

-- A date of leaving says more than the flag, which is that of the day of the export.
select
    users.user_id,
    users.user_name,
    users.role,
    users.team,
    users.started_on,
    users.ended_on,
    users.weekly_capacity,
    case
        when users.ended_on is not null then users.ended_on > policy.as_of_date
        else coalesce(users.is_active, true)
    end as is_active
from users
cross join policy
