with

product_months as (

    select * from {{ ref('int_adoption_measured_in_product_months') }}

)

select
    account_id,
    product_id,
    month_start,
    active_users,
    lasting_active_users,
    seats,
    seat_utilisation_rate,
    n_features_adopted,
    n_features_entitled,
    breadth_rate,
    core_events,
    depth,
    user_days,
    stickiness_rate,
    entitled_on,
    adopted_month,
    days_to_adopt,
    is_censored
from product_months
