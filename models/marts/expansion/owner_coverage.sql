select
    cast(null as varchar) as owner_user_id,
    cast(null as varchar) as owner_name,
    cast(null as varchar) as role,
    cast(null as varchar) as team,
    cast(null as boolean) as is_active,
    cast(null as date) as ended_on,
    cast(null as bigint) as n_accounts,
    cast(null as bigint) as n_ready,
    cast(null as decimal(18,2)) as ready_expected_arr,
    cast(null as decimal(18,2)) as ready_closing_arr,
    cast(null as integer) as weekly_capacity,
    cast(null as decimal(18,6)) as load_rate,
    cast(null as boolean) as is_overloaded,
    cast(null as integer) as oldest_days_waiting,
    cast(null as bigint) as n_overdue
where false
