with

months as (

    select * from {{ ref('int_months') }}
    where is_last_month

),

signals as (

    select * from {{ ref('account_signals') }}
    where is_fired and not coalesce(is_suppressed, false)

),

backtests as (

    select * from {{ ref('signal_backtest') }}

),

plays as (

    select * from {{ ref('stg_policy__plays') }}

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
        {{ joined_text('signal', 'place') }} as signals,
        count(*) as n_signals,
        {{ joined_text('evidence', 'place', "'; '") }} as evidence,
        max(case when product_place = 1 then product_id end) as signal_product_id,
        min(fired_on) as fired_on
    from with_products
    group by account_id, play, month_start, month_number

),

-- What was surfaced before and held out cools down like the rest: offering it now would
-- end its holdout.
cooling as (

    select distinct
        resolved.ultimate_account_id as account_id,
        runs.play
    from runs
    inner join resolved on runs.account_id = resolved.account_id
    inner join plays on runs.play = plays.play
    cross join policy
    where
        runs.surfaced_on <= policy.as_of_date
        and {{ dbt.datediff('runs.surfaced_on', 'policy.as_of_date', 'day') }}
        < plays.cool_down_days

)

select
    grouped.account_id,
    grouped.play,
    grouped.month_start,
    accounts.segment,
    accounts.closing_arr,
    grouped.signal,
    grouped.signals,
    cast(grouped.n_signals as integer) as n_signals,
    grouped.evidence,
    grouped.signal_product_id,
    {{ hash_number("concat(grouped.play, ':', grouped.account_id)") }} % 100
    < plays.holdout_percent as is_holdout,
    -- A signal is known from the day after its balance date on.
    cast({{ dbt.dateadd('day', 'plays.act_after_days + 1', 'grouped.fired_on') }}
        as date) as act_from,
    cast({{ dbt.dateadd(
        'day', '(plays.act_after_days + plays.act_within_days)', 'grouped.fired_on'
    ) }} as date) as act_until,
    {{ dbt.datediff('grouped.fired_on', 'policy.as_of_date', 'day') }} as days_waiting,
    plays.cost_per_run as cost
from grouped
inner join plays on grouped.play = plays.play
inner join accounts
    on
        grouped.account_id = accounts.account_id
        and grouped.month_number = accounts.month_number
cross join policy
left join cooling
    on grouped.account_id = cooling.account_id and grouped.play = cooling.play
where cooling.account_id is null
