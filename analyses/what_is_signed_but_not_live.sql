-- What is signed but not live: starts, steps and ends of the next 12 months?
with

accounts as (

    select * from {{ ref('accounts') }}

)

select
    account_id,
    account_name,
    segment,
    lifecycle,
    current_arr,
    carr,
    carr - current_arr as signed_change_arr
from accounts
where carr <> current_arr
order by signed_change_arr desc, account_id asc
