with

credit_rules as (

    select * from {{ ref('credit_rules') }}

)

select
    driver,
    role,
    credit_share,
    owner,
    reason,
    decided_on
from credit_rules
