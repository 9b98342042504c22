with

admitted as (

    {{ admitted('crm__opportunities') }}

)

select
    opportunity_id,
    account_id,
    owner_user_id,
    opportunity_type,
    product_id,
    play,
    amount_arr,
    currency,
    stage,
    created_on,
    close_on,
    is_closed,
    is_won
from admitted
