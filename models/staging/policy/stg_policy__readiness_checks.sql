with

readiness_checks as (

    select * from {{ ref('readiness_checks') }}

)

select
    check_name,
    asks,
    supplied_by,
    within_days,
    owner,
    reason,
    decided_on
from readiness_checks
