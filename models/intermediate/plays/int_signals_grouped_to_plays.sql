with

months as (

    select * from {{ ref('int_months') }}
    where is_last_month

),

signals as (

    select * from {{ ref('int_signals_guarded') }}
    where is_fired and not coalesce(is_suppressed, false)

),

backtests as (

    select * from {{ ref('int_signals_backtested') }}

),

-- The signal that has proved best speaks first.
ranked as (

    select
        signals.account_id,
        signals.play,
        signals.signal,
        signals.evidence,
        signals.product_id,
        signals.fired_on,
        months.month_start,
        months.month_number,
        backtests.verdict,
        row_number() over (
            partition by signals.account_id, signals.play
            order by
                backtests.precision_rate desc nulls last,
                backtests.n_fired desc nulls last,
                signals.signal
        ) as place
    from signals
    inner join months on signals.month_start = months.month_start
    left join backtests on signals.signal = backtests.signal

),

with_products as (

    select
        *,
        row_number() over (
            partition by account_id, play, product_id is null order by place
        ) as product_place
    from ranked

),

grouped as (

    select
        account_id,
        play,
        month_start,
        month_number,
        max(case when place = 1 then signal end) as signal,
        max(case when place = 1 then verdict end) as signal_verdict,
        {{ joined_text('signal', 'place') }} as signals,
        count(*) as n_signals,
        {{ joined_text('evidence', 'place', "'; '") }} as evidence,
        max(case when product_place = 1 then product_id end) as signal_product_id,
        min(fired_on) as fired_on
    from with_products
    group by account_id, play, month_start, month_number

)

select
    account_id,
    play,
    month_start,
    month_number,
    signal,
    signal_verdict,
    signals,
    cast(n_signals as integer) as n_signals,
    evidence,
    signal_product_id,
    fired_on
from grouped
