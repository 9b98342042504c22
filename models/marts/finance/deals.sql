with

deals as (

    select * from {{ ref('int_deals_dated_to_as_of') }}

)

select
    opportunity_id,
    account_id,
    segment,
    opportunity_type,
    product_id,
    play,
    amount_arr,
    created_on,
    closed_on,
    is_won,
    cast(cycle_days as integer) as cycle_days
from deals
