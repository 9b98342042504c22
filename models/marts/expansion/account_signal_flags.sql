with

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

known_signals as (

    select
        account_id,
        month_start,
        signal,
        is_fired and not is_suppressed as is_ready
    from {{ ref('account_signals') }}

),

health_months as (

    select * from {{ ref('account_health_months') }}

),

counted as (

    select
        account_id,
        month_start,
        {% for signal in signal_names() %}
            bool_or(is_ready) filter (where signal = '{{ signal }}')
                as is_{{ signal }},
        {% endfor %}
        cast(count(*) as integer) as n_known_signals,
        cast(count(*) filter (where is_ready) as integer) as n_ready_signals
    from known_signals
    group by account_id, month_start

)

select
    present.account_id,
    present.month_start,
    {% for signal in signal_names() %}
        counted.is_{{ signal }},
    {% endfor %}
    coalesce(counted.n_known_signals, 0) as n_known_signals,
    counted.n_ready_signals,
    counted.n_ready_signals > 0 as is_ready,
    health_months.band = 'red' as is_churn_risk
from present
left join counted
    on
        present.account_id = counted.account_id
        and present.month_start = counted.month_start
left join health_months
    on
        present.account_id = health_months.account_id
        and present.month_start = health_months.month_start
