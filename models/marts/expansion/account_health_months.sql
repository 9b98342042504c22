select
    cast(null as varchar) as account_id,
    cast(null as date) as month_start,
    cast(null as decimal(18,2)) as score,
    cast(null as varchar) as band,
    cast(null as decimal(18,6)) as evidence_rate,
    cast(null as integer) as n_inputs,
    cast(null as varchar) as missing_reason
where false
