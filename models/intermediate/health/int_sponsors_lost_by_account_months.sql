with

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

accounts as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

conversations as (

    select * from {{ ref('int_conversations_resolved_to_accounts') }}
    where seniority = 'executive'

),

policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

),

leavers as (

    select
        accounts.ultimate_account_id as account_id,
        contacts.contact_id,
        contacts.left_on
    from contacts
    inner join accounts on contacts.account_id = accounts.account_id
    where contacts.seniority = 'executive' and contacts.left_on is not null

),

-- From the first answer of another executive on, the account has a sponsor again.
replaced as (

    select
        leavers.account_id,
        leavers.contact_id,
        leavers.left_on,
        min(conversations.occurred_on) as replaced_on
    from leavers
    left join conversations
        on
            leavers.account_id = conversations.account_id
            and leavers.contact_id <> conversations.contact_id
            and leavers.left_on <= conversations.occurred_on
    group by leavers.account_id, leavers.contact_id, leavers.left_on

)

select
    present.account_id,
    present.month_number,
    max(replaced.left_on) as sponsor_lost_on
from present
cross join policy
inner join replaced
    on
        present.account_id = replaced.account_id
        and present.balance_on >= replaced.left_on
        and {{ dbt.datediff('replaced.left_on', 'present.balance_on', 'day') }}
        <= policy.sponsor_lost_days
        and (replaced.replaced_on is null or present.balance_on < replaced.replaced_on)
group by present.account_id, present.month_number
