with

usage_months as (

    select * from {{ ref('stg_product__usage_months') }}

),

months as (

    {{ months_to_add('stg_product__usage_month_stamps') }}

),

summed as (

    select
        account_id,
        month_number,
        sum(n_raw_rows) as n_raw_rows,
        sum(n_rows) as n_rows,
        sum(bit_count(logged_days)) as n_days,
        sum(n_events) as n_events,
        sum(used_days) as used_days
    from usage_months
    where month_number in (select months.month_number from months)
    group by account_id, month_number

)

select
    summed.account_id,
    summed.month_number,
    cast(summed.n_raw_rows as bigint) as n_raw_rows,
    cast(summed.n_rows as bigint) as n_rows,
    cast(summed.n_days as bigint) as n_days,
    cast(summed.n_events as bigint) as n_events,
    cast(summed.used_days as decimal(38, 0)) as used_days,
    months.month_stamp
from summed
inner join months on summed.month_number = months.month_number
