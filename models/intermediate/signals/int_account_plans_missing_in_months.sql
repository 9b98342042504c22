with

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

rules as (

    select * from {{ ref('account_plan_rules') }}
    where is_required

),

plans as (

    select * from {{ ref('stg_crm__account_plans') }}

),

plans_in_force as (

    select * from {{ ref('int_account_plans_spread_to_months') }}

),

-- Before a company writes plans, or where it hands over none, no plan is missing.
first_plan as (

    select min(starts_on) as plans_from
    from plans

)

select
    present.account_id,
    present.month_number
from present
inner join rules on present.segment = rules.segment
inner join first_plan on present.balance_on >= first_plan.plans_from
left join plans_in_force
    on
        present.account_id = plans_in_force.account_id
        and present.month_number = plans_in_force.month_number
where plans_in_force.plan_id is null
