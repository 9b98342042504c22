with

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

-- A step signed long before is growth for finance, and no outcome of anything since.
expansions as (

    select * from {{ ref('int_expansions_cleared_of_contracted_steps') }}

),

policy as (

    select
        metric_policy.last_month,
        motion_policy.outcome_months
    from {{ ref('stg_policy__metric_policy') }} as metric_policy
    cross join {{ ref('stg_policy__motion_policy') }} as motion_policy

),

outcomes as (

    select
        present.account_id,
        present.month_number,
        sum(expansions.expansion_arr) as outcome_arr,
        min(expansions.month_number) as first_expansion_month
    from present
    cross join policy
    inner join expansions
        on
            present.account_id = expansions.account_id
            and present.month_number < expansions.month_number
            and present.month_number + policy.outcome_months >= expansions.month_number
    group by present.account_id, present.month_number

)

select
    present.account_id,
    present.month_number,
    present.month_start,
    present.segment,
    present.closing_arr,
    cast(coalesce(outcomes.outcome_arr, 0) as decimal(18, 2)) as outcome_arr,
    outcomes.first_expansion_month is not null as is_expanded,
    outcomes.first_expansion_month - present.month_number as months_to_expansion,
    present.month_number + policy.outcome_months <= policy.last_month as is_mature
from present
cross join policy
left join outcomes
    on
        present.account_id = outcomes.account_id
        and present.month_number = outcomes.month_number
