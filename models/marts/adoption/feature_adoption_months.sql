with

feature_months as (

    select * from {{ ref('int_adoption_measured_in_feature_months') }}

)

select
    account_id,
    feature_key,
    product_id,
    month_start,
    is_core,
    is_premium,
    is_entitled,
    n_users,
    n_days,
    n_events,
    is_adopted
from feature_months
