with

guards as (

    select * from {{ ref('signal_guards') }}

)

select
    guard,
    condition,
    owner,
    reason,
    decided_on
from guards
