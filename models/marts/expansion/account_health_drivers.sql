select
    cast(null as varchar) as account_id,
    cast(null as date) as month_start,
    cast(null as varchar) as input,
    cast(null as decimal(18,6)) as measured_value,
    cast(null as date) as observed_on,
    cast(null as integer) as age_days,
    cast(null as decimal(18,2)) as points,
    cast(null as decimal(18,6)) as weight,
    cast(null as decimal(18,2)) as contribution,
    cast(null as varchar) as reason
where false
