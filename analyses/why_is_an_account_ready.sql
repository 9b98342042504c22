-- What did each account signal this month, and what stood in the way?
with

signals as (

    select * from {{ ref('account_signals') }}
    where is_fired

),

last_month as (

    select max(month_start) as month_start from {{ ref('account_signals') }}

)

select
    signals.account_id,
    signals.signal,
    signals.play,
    signals.evidence,
    signals.fired_on,
    signals.is_suppressed,
    signals.suppressed_by
from signals
inner join last_month on signals.month_start = last_month.month_start
order by signals.account_id asc, signals.signal asc
