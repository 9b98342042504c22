with

usage_days as (

    select * from {{ ref('stg_product__usage_daily') }}

)

select
    account_id,
    usage_date as observed_on,
    count(*) as n_rows
from usage_days
group by account_id, usage_date
