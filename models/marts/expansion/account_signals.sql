with

signals as (

    select * from {{ ref('int_signals_guarded') }}

)

select
    account_id,
    signal,
    month_start,
    family,
    product_id,
    value,
    threshold,
    is_fired,
    fired_on,
    is_suppressed,
    suppressed_by,
    evidence,
    play
from signals
