with

limits as (

    select * from {{ ref('int_limits_utilised_in_months') }}

)

select
    account_id,
    product_id,
    meter,
    month_start,
    quantity,
    limit_quantity,
    limit_utilisation_rate,
    daily_slope,
    projected_breach_on
from limits
