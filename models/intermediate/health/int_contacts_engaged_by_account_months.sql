with

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

conversations as (

    select * from {{ ref('int_conversations_resolved_to_accounts') }}

),

policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

)

select
    present.account_id,
    present.month_number,
    count(distinct conversations.contact_id) as n_contacts_engaged
from present
cross join policy
inner join conversations
    on
        present.account_id = conversations.account_id
        and present.balance_on >= conversations.occurred_on
        and {{ dbt.datediff('conversations.occurred_on', 'present.balance_on', 'day') }}
        <= policy.executive_contact_days
group by present.account_id, present.month_number
