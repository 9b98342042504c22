with

plans as (

    select * from {{ ref('int_current_account_plans_reviewed') }}

),

months as (

    select * from {{ ref('int_months') }}

),

expansions as (

    select * from {{ ref('int_expansions_cleared_of_contracted_steps') }}

),

dated as (

    select
        expansions.account_id,
        expansions.expansion_arr,
        months.month_start
    from expansions
    inner join months on expansions.month_number = months.month_number

)

-- A month that began before the plan may have grown before it.
select
    plans.account_id,
    plans.plan_id,
    coalesce(sum(dated.expansion_arr), 0) as achieved_expansion_arr
from plans
left join dated
    on plans.account_id = dated.account_id and plans.starts_on <= dated.month_start
group by plans.account_id, plans.plan_id
