with

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

plans as (

    select * from {{ ref('stg_crm__account_plans') }}
    where status in ('active', 'done')

),

accounts as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

in_force as (

    select
        present.account_id,
        present.month_number,
        plans.plan_id,
        row_number() over (
            partition by present.account_id, present.month_number
            order by plans.starts_on desc, plans.plan_id desc
        ) as recency
    from plans
    inner join accounts on plans.account_id = accounts.account_id
    inner join present
        on
            accounts.ultimate_account_id = present.account_id
            and plans.starts_on <= present.balance_on
            and (plans.ends_on is null or plans.ends_on > present.balance_on)

)

select
    account_id,
    month_number,
    plan_id
from in_force
where recency = 1
