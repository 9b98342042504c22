with

account_months as (

    select * from {{ ref('int_adoption_measured_in_account_months') }}

)

select
    account_id,
    month_start,
    active_users,
    new_users,
    seats,
    seated_users,
    seat_utilisation_rate,
    n_features_adopted,
    n_features_entitled,
    breadth_rate,
    core_events,
    depth,
    user_days,
    stickiness_rate,
    last_used_on
from account_months
