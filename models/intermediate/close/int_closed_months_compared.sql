with

closed_months as (

    select * from {{ ref('closed_months') }}

),

present as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

evaluated_months as (

    select * from {{ ref('stg_ledger__evaluated_months') }}

)

-- A run that speaks of an earlier date says nothing of the months after it.
select
    closed_months.snapshot_id,
    closed_months.month_start,
    closed_months.closed_on,
    closed_months.policy_version,
    closed_months.policy_values,
    present.policy_version as present_policy_version,
    present.policy_values as present_policy_values,
    now_then.evaluation_id as now_then_evaluation_id,
    then_now.evaluation_id as then_now_evaluation_id,
    case
        when closed_months.policy_values = present.policy_values then 'data'
        when
            closed_months.raw_id = present.raw_id
            and closed_months.as_of_date = present.as_of_date
            then 'policy'
        when
            now_then.evaluation_id is not null
            and then_now.evaluation_id is not null
            then 'both'
        else 'unknown'
    end as what_changed
from closed_months
inner join present on closed_months.month_start <= present.last_balance_on
-- The data of now under the policy of then, and of then under the policy of now.
left join evaluated_months as now_then
    on
        closed_months.month_start = now_then.month_start
        and present.raw_id = now_then.raw_id
        and closed_months.policy_values = now_then.policy_values
        and present.as_of_date = now_then.as_of_date
left join evaluated_months as then_now
    on
        closed_months.month_start = then_now.month_start
        and closed_months.raw_id = then_now.raw_id
        and present.policy_values = then_now.policy_values
        and closed_months.as_of_date = then_now.as_of_date
