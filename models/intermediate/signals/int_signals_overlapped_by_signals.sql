with

fires as (

    select * from {{ ref('int_signals_met_by_outcomes') }}
    where is_fired

),

counted as (

    select
        signal,
        count(*) as n_fired
    from fires
    group by signal

),

shared as (

    select
        fires.signal,
        other_fires.signal as other_signal,
        count(*) as n_both
    from fires
    inner join fires as other_fires
        on
            fires.account_id = other_fires.account_id
            and fires.month_number = other_fires.month_number
            and fires.signal <> other_fires.signal
    group by fires.signal, other_fires.signal

),

-- Jaccard: of the account-quarters in which either fires, those in which both do.
pairs as (

    select
        shared.signal,
        shared.other_signal,
        cast(
            cast(shared.n_both as double)
            / (counted.n_fired + other_counted.n_fired - shared.n_both)
            as decimal(18, 6)
        ) as overlap_rate
    from shared
    inner join counted on shared.signal = counted.signal
    inner join counted as other_counted on shared.other_signal = other_counted.signal

),

ranked as (

    select
        signal,
        other_signal,
        overlap_rate,
        row_number() over (
            partition by signal order by overlap_rate desc, other_signal
        ) as place
    from pairs

)

select
    signal,
    other_signal as most_overlapping_signal,
    overlap_rate
from ranked
where place = 1
