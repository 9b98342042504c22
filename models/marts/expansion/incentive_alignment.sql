select
    cast(null as varchar) as owner_user_id,
    cast(null as varchar) as owner_name,
    cast(null as varchar) as role,
    cast(null as decimal(18,2)) as variable_pay,
    cast(null as decimal(18,6)) as weight_expansion,
    cast(null as decimal(18,6)) as weight_nrr,
    cast(null as decimal(18,6)) as weight_new_logo,
    cast(null as decimal(18,6)) as weight_other,
    cast(null as decimal(18,6)) as expansion_pay_rate,
    cast(null as bigint) as n_ready,
    cast(null as decimal(18,2)) as expected_arr,
    cast(null as decimal(18,6)) as expected_arr_rate,
    cast(null as decimal(18,2)) as credited_arr_12m,
    cast(null as boolean) as is_misaligned,
    cast(null as varchar) as finding
where false
