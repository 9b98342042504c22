select
    cast(null as varchar) as snapshot_id,
    cast(null as date) as month_start,
    cast(null as varchar) as account_id,
    cast(null as varchar) as product_id,
    cast(null as decimal(18,6)) as quantity,
    cast(null as decimal(18,2)) as closing_arr,
    cast(null as decimal(18,2)) as opening_arr_12m,
    cast(null as boolean) as is_in_grace
where false
