with

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

ready_signals as (

    select * from {{ ref('account_signals') }}
    where is_fired and not is_suppressed

),

health_months as (

    select * from {{ ref('account_health_months') }}

),

counted as (

    select
        account_id,
        month_start,
        {% for signal in signal_names() %}
            count(*) filter (where signal = '{{ signal }}') > 0 as is_{{ signal }},
        {% endfor %}
        cast(count(*) as integer) as n_ready_signals
    from ready_signals
    group by account_id, month_start

)

select
    present.account_id,
    present.month_start,
    {% for signal in signal_names() %}
        coalesce(counted.is_{{ signal }}, false) as is_{{ signal }},
    {% endfor %}
    coalesce(counted.n_ready_signals, 0) as n_ready_signals,
    counted.account_id is not null as is_ready,
    coalesce(health_months.band = 'red', false) as is_churn_risk
from present
left join counted
    on
        present.account_id = counted.account_id
        and present.month_start = counted.month_start
left join health_months
    on
        present.account_id = health_months.account_id
        and present.month_start = health_months.month_start
