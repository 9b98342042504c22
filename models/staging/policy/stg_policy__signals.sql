with

signals as (

    select * from {{ ref('signals') }}

)

select
    signal,
    family,
    condition,
    window_days,
    threshold,
    horizon_months,
    play,
    owner,
    reason,
    decided_on
from signals
