select
    cast(null as varchar) as source_id,
    cast(null as varchar) as source_name,
    cast(null as varchar) as feeds,
    cast(null as varchar) as owner,
    cast(null as integer) as refresh_cadence_days,
    cast(null as integer) as audit_cadence_days,
    cast(null as date) as last_refreshed_on,
    cast(null as date) as last_audited_on,
    cast(null as integer) as age_days,
    cast(null as bigint) as n_rows,
    cast(null as bigint) as n_accounts,
    cast(null as decimal(18,2)) as covered_arr,
    cast(null as decimal(18,2)) as total_arr,
    cast(null as decimal(18,6)) as coverage_rate,
    cast(null as varchar) as state
where false
