with

limits as (

    select * from {{ ref('int_limits_utilised_in_months') }}

),

unknown_months as (

    select * from {{ ref('int_adoption_unknown_in_months') }}

)

select
    limits.account_id,
    limits.product_id,
    limits.meter,
    limits.month_start,
    limits.quantity,
    limits.limit_quantity,
    case when unknown_months.account_id is null then limits.limit_utilisation_rate end
        as limit_utilisation_rate,
    case when unknown_months.account_id is null then limits.daily_slope end
        as daily_slope,
    case when unknown_months.account_id is null then limits.projected_breach_on end
        as projected_breach_on
from limits
left join unknown_months
    on
        limits.account_id = unknown_months.account_id
        and limits.month_start = unknown_months.month_start
