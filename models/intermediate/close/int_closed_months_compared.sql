with

closed_months as (

    select * from {{ ref('closed_months') }}

),

present as (

    select * from {{ ref('stg_ledger__present') }}

),

evaluated_months as (

    select * from {{ ref('stg_ledger__evaluated_months') }}

),

-- A run that speaks of an earlier date says nothing of the months after it.
told as (

    select
        closed_months.snapshot_id,
        closed_months.month_start,
        closed_months.closed_on,
        closed_months.policy_version,
        closed_months.policy_values,
        closed_months.raw_id,
        closed_months.as_of_date,
        present.policy_version as present_policy_version,
        present.policy_values as present_policy_values,
        present.raw_id as present_raw_id,
        present.as_of_date as present_as_of_date,
        closed_months.policy_values = present.policy_values as is_policy_same,
        coalesce(
            closed_months.raw_id = present.raw_id
            and closed_months.as_of_date = present.as_of_date,
            false
        ) as are_facts_same
    from closed_months
    inner join present on closed_months.month_start <= present.last_balance_on

)

select
    told.*,
    -- The data of now under the policy of then, and of then under that of now.
    now_then.month_start is not null and then_now.month_start is not null
        as is_evaluated
from told
left join evaluated_months as now_then
    on
        told.month_start = now_then.month_start
        and told.present_raw_id = now_then.raw_id
        and told.policy_values = now_then.policy_values
        and told.present_as_of_date = now_then.as_of_date
left join evaluated_months as then_now
    on
        told.month_start = then_now.month_start
        and told.raw_id = then_now.raw_id
        and told.present_policy_values = then_now.policy_values
        and told.as_of_date = then_now.as_of_date
