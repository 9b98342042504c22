select
    cast(null as varchar) as account_id,
    cast(null as integer) as month_number,
    cast(null as varchar) as plan_id
where false
