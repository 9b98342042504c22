-- Who is near a limit, or will reach it at this pace?
with

limits as (

    select * from {{ ref('limit_utilisation_months') }}

),

last_month as (

    select max(month_start) as month_start from {{ ref('limit_utilisation_months') }}

)

select
    limits.account_id,
    limits.product_id,
    limits.meter,
    limits.quantity,
    limits.limit_quantity,
    limits.limit_utilisation_rate,
    limits.projected_breach_on
from limits
inner join last_month on limits.month_start = last_month.month_start
where limits.projected_breach_on is not null
order by limits.projected_breach_on asc, limits.account_id asc
