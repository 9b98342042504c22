with

months as (

    select * from {{ ref('int_months') }}
    where is_last_month

),

plans_in_force as (

    select * from {{ ref('int_account_plans_spread_to_months') }}

),

plans as (

    select * from {{ ref('stg_crm__account_plans') }}

),

users as (

    select * from {{ ref('stg_crm__users') }}

),

products as (

    select * from {{ ref('int_products_resolved_to_present') }}

),

policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

),

users_known as (

    select count(*) as n_users from users

)

select
    plans_in_force.account_id,
    plans.plan_id,
    plans.owner_user_id,
    plans.starts_on,
    products.present_product_id as target_product_id,
    plans.target_expansion_arr,
    case when plans.reviewed_on <= months.balance_on then plans.reviewed_on end
        as reviewed_on,
    plans.target_product_id is not null and plans.target_expansion_arr is not null
        as has_target,
    -- Who is gone without a date may have been gone by now.
    case
        when users.ended_on is not null then users.ended_on > months.balance_on
        when users.user_id is not null then coalesce(users.is_active, true)
        when users_known.n_users > 0 then false
    end as has_owner,
    coalesce(
        plans.reviewed_on <= months.balance_on
        and {{ dbt.datediff('plans.reviewed_on', 'months.balance_on', 'day') }}
        <= policy.plan_review_days,
        false
    ) as is_reviewed
from plans_in_force
cross join policy
cross join users_known
inner join months on plans_in_force.month_number = months.month_number
inner join plans on plans_in_force.plan_id = plans.plan_id
left join users on plans.owner_user_id = users.user_id
left join products on plans.target_product_id = products.product_id
