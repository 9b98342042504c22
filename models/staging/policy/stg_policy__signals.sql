with

signals as (

    select * from {{ ref('signals') }}

)

select
    signal,
    family,
    condition,
    window_days,
    -- A month counts as 30 days: months are what account balances are kept by.
    cast(round(window_days / 30.0) as integer) as window_months,
    direction,
    threshold,
    also_least,
    horizon_months,
    play,
    owner,
    reason,
    decided_on
from signals
