select
    cast(null as varchar) as scope_type,
    cast(null as varchar) as scope_value,
    cast(null as date) as month_start,
    cast(null as decimal(18,2)) as opening_arr,
    cast(null as decimal(18,2)) as expansion_arr,
    cast(null as decimal(18,2)) as contracted_step_arr,
    cast(null as decimal(18,2)) as uncontracted_expansion_arr,
    cast(null as decimal(18,6)) as expansion_rate,
    cast(null as decimal(18,2)) as expansion_arr_12m,
    cast(null as decimal(18,2)) as opening_arr_12m,
    cast(null as decimal(18,6)) as expansion_rate_12m,
    cast(null as bigint) as n_accounts,
    cast(null as bigint) as n_accounts_expanded
where false
