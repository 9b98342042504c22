select
    cast(null as varchar) as segment,
    cast(null as varchar) as stage,
    cast(null as bigint) as n_open,
    cast(null as decimal(18,2)) as amount_arr,
    cast(null as bigint) as n_history,
    cast(null as bigint) as n_history_won,
    cast(null as decimal(18,6)) as win_rate,
    cast(null as decimal(18,6)) as win_rate_low,
    cast(null as decimal(18,6)) as win_rate_high,
    cast(null as decimal(18,2)) as weighted_arr,
    cast(null as decimal(18,2)) as weighted_arr_low,
    cast(null as decimal(18,2)) as weighted_arr_high,
    cast(null as decimal(18,2)) as target_arr,
    cast(null as decimal(18,6)) as coverage_rate,
    cast(null as varchar) as policy_version
where false
