with

rules as (

    select * from {{ ref('account_plan_rules') }}

)

select
    segment,
    is_required,
    owner,
    reason,
    decided_on
from rules
