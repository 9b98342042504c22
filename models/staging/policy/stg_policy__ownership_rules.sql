with

ownership_rules as (

    select * from {{ ref('ownership_rules') }}

)

select
    rule_id,
    segment,
    least_expected_arr,
    ownership_model,
    owner_role,
    backup_role,
    owner,
    reason,
    decided_on
from ownership_rules
