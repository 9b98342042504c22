select
    cast(null as varchar) as account_id,
    cast(null as varchar) as feature_key,
    cast(null as varchar) as product_id,
    cast(null as date) as month_start,
    cast(null as boolean) as is_core,
    cast(null as boolean) as is_premium,
    cast(null as boolean) as is_entitled,
    cast(null as bigint) as n_users,
    cast(null as bigint) as n_days,
    cast(null as bigint) as n_events,
    cast(null as boolean) as is_adopted
where false
