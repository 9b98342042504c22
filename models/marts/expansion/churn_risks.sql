select
    cast(null as varchar) as account_id,
    cast(null as date) as month_start,
    cast(null as decimal(18,2)) as closing_arr,
    cast(null as decimal(18,2)) as score,
    cast(null as date) as red_since,
    cast(null as varchar) as reasons,
    cast(null as varchar) as csm_user_id,
    cast(null as integer) as n_suppressed_signals
where false
