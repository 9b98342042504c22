with

admitted as (

    {{ admitted('crm__accounts') }}

)

-- Leading to itself or to no account that was admitted, it stands at the top.
select
    admitted.account_id,
    admitted.account_name,
    parents.account_id as parent_account_id,
    survivors.account_id as merged_into_account_id,
    admitted.segment,
    admitted.industry,
    admitted.country,
    admitted.csm_user_id,
    admitted.account_manager_user_id,
    admitted.sales_user_id,
    admitted.created_on
from admitted
left join admitted as parents
    on
        admitted.parent_account_id = parents.account_id
        and admitted.account_id <> parents.account_id
left join admitted as survivors
    on
        admitted.merged_into_account_id = survivors.account_id
        and admitted.account_id <> survivors.account_id
