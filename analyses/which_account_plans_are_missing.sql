-- Which accounts need a plan and have none, or one nobody works with?
with

plans as (

    select * from {{ ref('account_plan_quality') }}
    where is_required and missing is not null

),

accounts as (

    select * from {{ ref('accounts') }}

)

select
    accounts.account_name,
    accounts.segment,
    plans.closing_arr,
    plans.missing,
    plans.target_expansion_arr,
    plans.achieved_expansion_arr,
    plans.reviewed_on
from plans
inner join accounts on plans.account_id = accounts.account_id
order by plans.closing_arr desc, plans.account_id asc
