select
    cast(null as varchar) as account_id,
    cast(null as varchar) as signal,
    cast(null as date) as month_start,
    cast(null as varchar) as family,
    cast(null as varchar) as product_id,
    cast(null as decimal(18,6)) as value,
    cast(null as decimal(18,6)) as threshold,
    cast(null as boolean) as is_fired,
    cast(null as date) as fired_on,
    cast(null as boolean) as is_suppressed,
    cast(null as varchar) as suppressed_by,
    cast(null as varchar) as evidence,
    cast(null as varchar) as play
where false
