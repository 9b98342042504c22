with

signals as (

    select * from {{ ref('int_signals_grouped_to_plays') }}

),

plays as (

    select * from {{ ref('plays') }}

),

runs as (

    select * from {{ ref('stg_crm__play_runs') }}

),

resolved as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

accounts as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

-- A run that was held out cools down like the rest: offering the play would end it.
surfaced as (

    select
        resolved.ultimate_account_id as account_id,
        runs.play,
        max(runs.surfaced_on) as surfaced_on
    from runs
    inner join resolved on runs.account_id = resolved.account_id
    cross join policy
    where runs.surfaced_on <= policy.as_of_date
    group by resolved.ultimate_account_id, runs.play

),

-- A signal that fires all the time calls for its play anew once that has cooled down.
dated as (

    select
        signals.*,
        plays.act_after_days,
        plays.act_within_days,
        plays.holdout_percent,
        plays.cost_per_run,
        greatest(
            signals.fired_on,
            coalesce(
                cast({{ dbt.dateadd(
                    'day', 'plays.cool_down_days', 'surfaced.surfaced_on'
                ) }} as date),
                signals.fired_on
            )
        ) as ready_on
    from signals
    inner join plays on signals.play = plays.play
    left join surfaced
        on signals.account_id = surfaced.account_id and signals.play = surfaced.play

),

-- What is ready on a day can be acted upon from the next.
first_windows as (

    select
        *,
        cast({{ dbt.dateadd('day', '(act_after_days + 1)', 'ready_on') }} as date)
            as first_from
    from dated

),

-- As long as the signal lasts, a window that passed unused is followed by another.
ready as (

    select
        first_windows.*,
        cast(floor(greatest(
            {{ dbt.datediff('first_windows.first_from', 'policy.as_of_date', 'day') }},
            0
        ) / first_windows.act_within_days) as integer) as n_windows_missed
    from first_windows
    cross join policy

)

select
    ready.account_id,
    ready.play,
    ready.month_start,
    accounts.segment,
    accounts.closing_arr,
    ready.signal,
    ready.signal_verdict,
    ready.signals,
    ready.n_signals,
    ready.evidence,
    ready.signal_product_id,
    {{ hash_number("concat(ready.play, ':', ready.account_id)") }} % 100
    < ready.holdout_percent as is_holdout,
    cast({{ dbt.dateadd(
        'day', 'ready.n_windows_missed * ready.act_within_days', 'ready.first_from'
    ) }} as date) as act_from,
    cast({{ dbt.dateadd(
        'day',
        '((ready.n_windows_missed + 1) * ready.act_within_days - 1)',
        'ready.first_from'
    ) }} as date) as act_until,
    ready.n_windows_missed > 0 as is_overdue,
    {{ dbt.datediff('ready.ready_on', 'policy.as_of_date', 'day') }}
        as days_waiting,
    ready.cost_per_run as cost
from ready
inner join accounts
    on
        ready.account_id = accounts.account_id
        and ready.month_number = accounts.month_number
cross join policy
where
    ready.ready_on <= policy.as_of_date
    -- What came before less expansion than usual is no reason to ask for more.
    and coalesce(ready.signal_verdict, '') <> 'predicts the opposite'
