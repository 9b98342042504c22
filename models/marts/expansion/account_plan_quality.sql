with

accounts as (

    select * from {{ ref('int_current_accounts_planned') }}

),

plans as (

    select * from {{ ref('int_current_account_plans_reviewed') }}

),

achieved as (

    select * from {{ ref('int_current_account_plans_met_by_expansions') }}

)

select
    accounts.account_id,
    accounts.closing_arr,
    accounts.plan_id,
    plans.owner_user_id,
    accounts.is_required,
    accounts.plan_id is not null as has_plan,
    plans.has_target,
    plans.has_owner,
    plans.is_reviewed,
    plans.target_product_id,
    cast(plans.target_expansion_arr as decimal(18, 2)) as target_expansion_arr,
    cast(achieved.achieved_expansion_arr as decimal(18, 2)) as achieved_expansion_arr,
    cast(
        achieved.achieved_expansion_arr / nullif(plans.target_expansion_arr, 0)
        as decimal(18, 6)
    ) as progress_rate,
    plans.reviewed_on,
    nullif(concat_ws(
        ', ',
        case when accounts.is_required and accounts.plan_id is null then 'plan' end,
        case when not plans.has_target then 'target' end,
        case when not plans.has_owner then 'owner' end,
        case when not plans.is_reviewed then 'review' end
    ), '') as missing
from accounts
left join plans on accounts.account_id = plans.account_id
left join achieved on accounts.account_id = achieved.account_id
