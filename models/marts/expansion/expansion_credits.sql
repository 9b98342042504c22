select
    cast(null as varchar) as account_id,
    cast(null as varchar) as owner_user_id,
    cast(null as varchar) as role,
    cast(null as date) as month_start,
    cast(null as decimal(18,2)) as credited_arr,
    cast(null as decimal(18,2)) as uncredited_arr
where false
