with recursive

admitted as (

    {{ admitted('crm__accounts') }}

),

-- An account that leads to a refused one is refused too, and so on down the hierarchy.
orphaned as (

    select child.account_id
    from admitted as child
    left join admitted as parent on child.parent_account_id = parent.account_id
    left join admitted as survivor on child.merged_into_account_id = survivor.account_id
    where
        (child.parent_account_id is not null and parent.account_id is null)
        or (child.merged_into_account_id is not null and survivor.account_id is null)

    union

    select child.account_id
    from admitted as child
    inner join orphaned
        on
            child.parent_account_id = orphaned.account_id
            or child.merged_into_account_id = orphaned.account_id

)

select
    admitted.account_id,
    admitted.account_name,
    admitted.parent_account_id,
    admitted.merged_into_account_id,
    admitted.segment,
    admitted.industry,
    admitted.country,
    admitted.csm_user_id,
    admitted.account_manager_user_id,
    admitted.sales_user_id,
    admitted.created_on
from admitted
left join orphaned on admitted.account_id = orphaned.account_id
where orphaned.account_id is null
