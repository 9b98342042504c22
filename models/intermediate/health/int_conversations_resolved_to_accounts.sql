with

activities as (

    select * from {{ ref('stg_crm__activities') }}
    where is_two_way

),

contacts as (

    select * from {{ ref('stg_crm__contacts') }}

),

accounts as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

)

select
    activities.activity_id,
    accounts.ultimate_account_id as account_id,
    activities.contact_id,
    contacts.seniority,
    activities.activity_type,
    activities.occurred_on
from activities
inner join accounts on activities.account_id = accounts.account_id
left join contacts on activities.contact_id = contacts.contact_id
