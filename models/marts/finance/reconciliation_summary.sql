select
    cast(null as varchar) as reconciliation,
    cast(null as date) as month_start,
    cast(null as bigint) as n_rows,
    cast(null as bigint) as n_differences,
    cast(null as decimal(18,2)) as difference,
    cast(null as decimal(18,6)) as tolerance,
    cast(null as date) as worst_month,
    cast(null as varchar) as state,
    cast(null as varchar) as detail
where false
