with

customers as (

    select customers.*
    from {{ ref('executive_alignment') }} as customers
    inner join {{ ref('int_months') }} as months
        on customers.month_start = months.month_start
    where months.is_last_month

),

queue as (

    select * from {{ ref('expansion_queue') }}

),

signals as (

    select * from {{ ref('account_signals') }}

),

risks as (

    select * from {{ ref('churn_risks') }}

),

health as (

    select health.*
    from {{ ref('account_health_months') }} as health
    inner join {{ ref('int_months') }} as months
        on health.month_start = months.month_start
    where months.is_last_month and health.score is not null

),

health_needs as (

    select
        {{ joined_text(
            "case when state = 'missing' then raw_table end", 'raw_table', "', '"
        ) }} as missing_tables,
        {{ joined_text('raw_table', 'raw_table', "', '") }} as raw_tables
    from {{ ref('evidence_sources') }}
    where feeds like '%health:%'

),

accounts as (

    select * from {{ ref('int_accounts_placed_in_scopes') }}

),

scopes as (

    select * from {{ ref('int_scope_groups_spread_to_scopes') }}

),

plays as (

    select
        account_id,
        count(priority) as n_ready,
        sum(expected_arr) filter (where priority is not null) as expected_arr,
        sum(expected_arr_low) filter (where priority is not null) as expected_arr_low,
        sum(expected_arr_high) filter (where priority is not null)
            as expected_arr_high,
        count(*) filter (where is_holdout) as n_held_out,
        count(*) filter (where priority is not null and is_overdue) as n_overdue
    from queue
    group by account_id

),

fired as (

    select
        signals.account_id,
        count(*) as n_signals_fired,
        count(*) filter (where signals.is_suppressed) as n_signals_suppressed
    from signals
    inner join {{ ref('int_months') }} as months
        on signals.month_start = months.month_start
    where signals.is_fired and months.is_last_month
    group by signals.account_id

),

summed as (

    select
        scopes.scope_type,
        scopes.scope_value,
        min(customers.month_start) as month_start,
        count(*) as n_accounts,
        sum(customers.closing_arr) as closing_arr,
        sum(customers.aligned_arr) as aligned_arr,
        sum(coalesce(fired.n_signals_fired, 0)) as n_signals_fired,
        sum(coalesce(fired.n_signals_suppressed, 0)) as n_signals_suppressed,
        sum(coalesce(plays.n_ready, 0)) as n_ready,
        count(*) filter (where plays.n_ready > 0) as n_ready_accounts,
        sum(coalesce(plays.expected_arr, 0)) as expected_arr,
        sum(coalesce(plays.expected_arr_low, 0)) as expected_arr_low,
        sum(coalesce(plays.expected_arr_high, 0)) as expected_arr_high,
        sum(coalesce(plays.n_overdue, 0)) as n_overdue,
        sum(coalesce(plays.n_held_out, 0)) as n_held_out,
        count(health.account_id) as n_scored_accounts,
        -- Where nobody's health is known, nobody is known to be at risk or not.
        case when count(health.account_id) > 0 then count(risks.account_id) end
            as n_churn_risks,
        case
            when count(health.account_id) > 0 then sum(coalesce(risks.closing_arr, 0))
        end as churn_risk_arr
    from customers
    inner join accounts on customers.account_id = accounts.account_id
    inner join scopes on accounts.group_id = scopes.group_id
    left join fired on customers.account_id = fired.account_id
    left join plays on customers.account_id = plays.account_id
    left join health on customers.account_id = health.account_id
    left join risks on customers.account_id = risks.account_id
    group by scopes.scope_type, scopes.scope_value

),

explained as (

    select
        summed.*,
        health_needs.missing_tables,
        health_needs.raw_tables
    from summed
    cross join health_needs

)

select
    scope_type,
    scope_value,
    month_start,
    cast(n_accounts as bigint) as n_accounts,
    cast(closing_arr as decimal(18, 2)) as closing_arr,
    cast(aligned_arr as decimal(18, 2)) as aligned_arr,
    {{ rate('aligned_arr', 'closing_arr') }} as aligned_arr_rate,
    cast(n_signals_fired as bigint) as n_signals_fired,
    cast(n_signals_suppressed as bigint) as n_signals_suppressed,
    cast(n_ready as bigint) as n_ready,
    cast(n_ready_accounts as bigint) as n_ready_accounts,
    cast(expected_arr as decimal(18, 2)) as expected_arr,
    cast(expected_arr_low as decimal(18, 2)) as expected_arr_low,
    cast(expected_arr_high as decimal(18, 2)) as expected_arr_high,
    cast(n_overdue as bigint) as n_overdue,
    cast(n_held_out as bigint) as n_held_out,
    cast(n_scored_accounts as bigint) as n_scored_accounts,
    cast(n_churn_risks as bigint) as n_churn_risks,
    cast(churn_risk_arr as decimal(18, 2)) as churn_risk_arr,
    {{ rate('churn_risk_arr', 'closing_arr') }} as churn_risk_arr_rate,
    case
        when n_churn_risks is not null then null
        when missing_tables is not null
            then concat('not known: needs ', missing_tables)
        else concat('not known: too little for a score in ', raw_tables)
    end as risk_unknown_because
from explained
