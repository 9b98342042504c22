select
    cast(null as varchar) as account_id,
    cast(null as varchar) as product_id,
    cast(null as varchar) as meter,
    cast(null as date) as month_start,
    cast(null as decimal(18,6)) as quantity,
    cast(null as decimal(18,6)) as limit_quantity,
    cast(null as decimal(18,6)) as limit_utilisation_rate,
    cast(null as decimal(18,6)) as daily_slope,
    cast(null as date) as projected_breach_on
where false
