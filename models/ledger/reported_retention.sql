select
    cast(null as varchar) as snapshot_id,
    cast(null as varchar) as scope_type,
    cast(null as varchar) as scope_value,
    cast(null as date) as month_start,
    cast(null as varchar) as metric_id,
    cast(null as decimal(18,2)) as numerator,
    cast(null as decimal(18,2)) as denominator,
    cast(null as decimal(18,6)) as value,
    cast(null as bigint) as n_accounts,
    cast(null as decimal(18,6)) as top_account_share,
    cast(null as varchar) as policy_version
where false
