with

admitted as (

    {{ admitted('crm__account_plans') }}

)

select
    plan_id,
    account_id,
    owner_user_id,
    status,
    target_product_id,
    target_expansion_arr,
    starts_on,
    ends_on,
    reviewed_on
from admitted
