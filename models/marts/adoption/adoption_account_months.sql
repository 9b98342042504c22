select
    cast(null as varchar) as account_id,
    cast(null as date) as month_start,
    cast(null as bigint) as active_users,
    cast(null as bigint) as new_users,
    cast(null as decimal(18,6)) as seats,
    cast(null as decimal(18,6)) as seat_utilisation_rate,
    cast(null as bigint) as n_features_adopted,
    cast(null as bigint) as n_features_entitled,
    cast(null as decimal(18,6)) as breadth_rate,
    cast(null as bigint) as core_events,
    cast(null as decimal(18,6)) as depth,
    cast(null as bigint) as user_days,
    cast(null as decimal(18,6)) as stickiness_rate,
    cast(null as date) as last_used_on
where false
