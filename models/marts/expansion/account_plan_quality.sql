select
    cast(null as varchar) as account_id,
    cast(null as decimal(18,2)) as closing_arr,
    cast(null as varchar) as plan_id,
    cast(null as varchar) as owner_user_id,
    cast(null as boolean) as is_required,
    cast(null as boolean) as has_plan,
    cast(null as boolean) as has_target,
    cast(null as boolean) as has_owner,
    cast(null as boolean) as is_reviewed,
    cast(null as varchar) as target_product_id,
    cast(null as decimal(18,2)) as target_expansion_arr,
    cast(null as decimal(18,2)) as achieved_expansion_arr,
    cast(null as decimal(18,6)) as progress_rate,
    cast(null as date) as reviewed_on,
    cast(null as varchar) as missing
where false
