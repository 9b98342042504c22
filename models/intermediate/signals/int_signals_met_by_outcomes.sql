with

signal_months as (

    select * from {{ ref('int_signals_stacked') }}

),

outcomes as (

    select * from {{ ref('int_outcomes_met_by_account_months') }}
    where is_mature

)

-- Quarter ends alone: of an account's months each would else count its expansion again.
select
    signal_months.signal,
    outcomes.account_id,
    outcomes.month_number,
    signal_months.is_fired,
    outcomes.is_expanded,
    outcomes.outcome_arr,
    outcomes.months_to_expansion,
    signal_months.is_fired
    and sum(case when signal_months.is_fired then 1 else 0 end) over (
        partition by outcomes.account_id, outcomes.month_number
    ) = 1 as is_fired_alone
from signal_months
inner join outcomes
    on
        signal_months.account_id = outcomes.account_id
        and signal_months.month_number = outcomes.month_number
where outcomes.month_number % 3 = 0
