with

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

months as (

    select * from {{ ref('int_months') }}
    where is_last_month

),

plans_in_force as (

    select * from {{ ref('int_account_plans_spread_to_months') }}

),

rules as (

    select * from {{ ref('account_plan_rules') }}

),

kept as (

    select count(*) as n_plan_months from plans_in_force

)

-- Where no plan was ever kept, none is missing: the company plans elsewhere.
select
    present.account_id,
    present.closing_arr,
    plans_in_force.plan_id,
    coalesce(rules.is_required, false) as is_required
from present
inner join months on present.month_number = months.month_number
inner join kept on kept.n_plan_months > 0
left join plans_in_force
    on
        present.account_id = plans_in_force.account_id
        and present.month_number = plans_in_force.month_number
left join rules on present.segment = rules.segment
