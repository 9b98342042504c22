select
    cast(null as varchar) as account_id,
    cast(null as varchar) as product_id,
    cast(null as date) as month_start,
    cast(null as varchar) as item_id,
    cast(null as boolean) as is_adjustment,
    cast(null as boolean) as is_held,
    cast(null as varchar) as subscription_id,
    cast(null as varchar) as source_account_id,
    cast(null as varchar) as source_product_id,
    cast(null as varchar) as currency,
    cast(null as decimal(18,6)) as quantity,
    cast(null as decimal(18,2)) as local_arr,
    cast(null as decimal(18,10)) as plan_rate,
    cast(null as decimal(18,2)) as closing_arr
where false
