with

signal_months as (

    select * from {{ ref('int_signals_stacked') }}

),

guard_months as (

    select * from {{ ref('int_guards_stacked') }}

),

policy as (

    select * from {{ ref('stg_policy__signals') }}

),

months as (

    select * from {{ ref('int_months') }}

),

guarded as (

    select
        account_id,
        month_number,
        {{ joined_text('guard', 'guard') }} as guards
    from guard_months
    group by account_id, month_number

),

-- Fired months without a gap have the same distance to their place among the fired.
runs as (

    select
        account_id,
        signal,
        month_number,
        month_number - row_number() over (
            partition by account_id, signal order by month_number
        ) as run
    from signal_months
    where is_fired

),

run_starts as (

    select
        account_id,
        signal,
        month_number,
        min(month_number) over (partition by account_id, signal, run) as first_month
    from runs

)

select
    signal_months.account_id,
    signal_months.signal,
    months.month_start,
    policy.family,
    signal_months.product_id,
    signal_months.value,
    policy.threshold,
    signal_months.is_fired,
    first_months.balance_on as fired_on,
    signal_months.is_fired and guarded.account_id is not null as is_suppressed,
    case when signal_months.is_fired then guarded.guards end as suppressed_by,
    signal_months.evidence,
    policy.play
from signal_months
inner join policy on signal_months.signal = policy.signal
inner join months on signal_months.month_number = months.month_number
left join run_starts
    on
        signal_months.account_id = run_starts.account_id
        and signal_months.signal = run_starts.signal
        and signal_months.month_number = run_starts.month_number
left join months as first_months on run_starts.first_month = first_months.month_number
left join guarded
    on
        signal_months.account_id = guarded.account_id
        and signal_months.month_number = guarded.month_number
