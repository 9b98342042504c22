with

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

account_months as (

    select * from {{ ref('int_balance_changes_summed_to_account_months') }}
    where movement = 'expansion'

),

steps as (

    select * from {{ ref('int_contracted_steps_summed_to_product_months') }}

),

policy as (

    select
        metric_policy.last_month,
        motion_policy.outcome_months
    from {{ ref('stg_policy__metric_policy') }} as metric_policy
    cross join {{ ref('stg_policy__motion_policy') }} as motion_policy

),

stepped as (

    select
        account_id,
        month_number,
        sum(step_arr) as step_arr
    from steps
    where step_arr > 0
    group by account_id, month_number

),

-- A step signed long before is growth for finance, and no outcome of anything since.
expansions as (

    select
        account_months.account_id,
        account_months.month_number,
        account_months.moved_arr - coalesce(stepped.step_arr, 0) as outcome_arr
    from account_months
    left join stepped
        on
            account_months.account_id = stepped.account_id
            and account_months.month_number = stepped.month_number
    where account_months.moved_arr > coalesce(stepped.step_arr, 0)

),

outcomes as (

    select
        present.account_id,
        present.month_number,
        sum(expansions.outcome_arr) as outcome_arr,
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
