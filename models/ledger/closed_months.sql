select
    cast(null as varchar) as snapshot_id,
    cast(null as date) as month_start,
    cast(null as date) as closed_on,
    cast(null as varchar) as closed_by,
    cast(null as date) as as_of_date,
    cast(null as varchar) as policy_version,
    cast(null as varchar) as policy_values,
    cast(null as varchar) as raw_id,
    cast(null as bigint) as n_rows,
    cast(null as decimal(18,2)) as closing_arr,
    cast(null as varchar) as content_hash,
    cast(null as varchar) as items_hash,
    cast(null as varchar) as retention_hash
where false
