with

outcomes as (

    select * from {{ ref('int_outcomes_met_by_account_months') }}

),

months as (

    select * from {{ ref('int_months') }}

),

histories as (

    select * from {{ ref('int_account_histories_known_in_months') }}

),

adoption as (

    select * from {{ ref('adoption_account_months') }}

),

signals as (

    select * from {{ ref('account_signals') }}

),

health as (

    select * from {{ ref('account_health_months') }}

),

executives as (

    select * from {{ ref('executive_alignment') }}

),

signalled as (

    select
        account_id,
        month_start,
        max(case when signal = 'seat_utilisation' then value end)
            as seat_utilisation_rate,
        max(case when signal = 'usage_near_limit' then value end)
            as limit_utilisation_rate,
        max(case when signal = 'breadth_jump' then value end) as breadth_change,
        max(case when signal = 'new_team_active' then value end) as new_user_rate,
        max(case when signal = 'premium_feature_tried' then value end) as premium_users,
        max(case when signal = 'headcount_growth' then value end)
            as headcount_growth_rate,
        max(case when signal = 'renewal_window' then value end) as days_to_term_end,
        count(*) filter (where is_fired) as n_fired_signals,
        {{ joined_text('case when is_fired then signal end', 'signal') }}
            as fired_signals
    from signals
    group by account_id, month_start

),

used as (

    select
        adoption.account_id,
        adoption.month_start,
        adoption.breadth_rate,
        adoption.stickiness_rate,
        adoption.active_users / nullif(earlier.active_users, 0) - 1
            as active_users_growth_rate
    from adoption
    left join adoption as earlier
        on
            adoption.account_id = earlier.account_id
            and earlier.month_start
            = cast({{ dbt.dateadd('month', -3, 'adoption.month_start') }} as date)

)

select
    outcomes.account_id,
    outcomes.month_start,
    months.is_last_month,
    outcomes.segment,
    outcomes.closing_arr,
    outcomes.is_mature,
    case when outcomes.is_mature then outcomes.is_expanded end as is_expanded,
    case when outcomes.is_mature then outcomes.outcome_arr end as outcome_arr,
    signalled.seat_utilisation_rate,
    signalled.limit_utilisation_rate,
    used.breadth_rate,
    signalled.breadth_change,
    cast(used.active_users_growth_rate as decimal(18, 6)) as active_users_growth_rate,
    signalled.new_user_rate,
    used.stickiness_rate,
    signalled.premium_users,
    health.score as health_score,
    signalled.headcount_growth_rate,
    cast(signalled.days_to_term_end as integer) as days_to_term_end,
    cast({{ dbt.datediff(
        'executives.last_executive_contact_on', 'months.balance_on', 'day'
    ) }} as integer) as days_since_executive_contact,
    histories.months_as_customer,
    histories.months_since_expansion,
    histories.n_products,
    histories.bearing_arr,
    cast(coalesce(signalled.n_fired_signals, 0) as integer) as n_fired_signals,
    signalled.fired_signals
from outcomes
inner join months on outcomes.month_number = months.month_number
inner join histories
    on
        outcomes.account_id = histories.account_id
        and outcomes.month_number = histories.month_number
left join used
    on
        outcomes.account_id = used.account_id
        and outcomes.month_start = used.month_start
left join signalled
    on
        outcomes.account_id = signalled.account_id
        and outcomes.month_start = signalled.month_start
left join health
    on
        outcomes.account_id = health.account_id
        and outcomes.month_start = health.month_start
left join executives
    on
        outcomes.account_id = executives.account_id
        and outcomes.month_start = executives.month_start
-- Between quarters' ends an account hardly changes, and its outcomes overlap.
where outcomes.month_number % 3 = 0 or months.is_last_month
