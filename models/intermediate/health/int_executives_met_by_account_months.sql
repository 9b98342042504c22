with

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

conversations as (

    select * from {{ ref('int_conversations_resolved_to_accounts') }}
    where seniority = 'executive'

)

select
    present.account_id,
    present.month_number,
    max(conversations.occurred_on) as last_executive_contact_on,
    max(conversations.occurred_on) filter (
        where conversations.activity_type in ('meeting', 'business_review')
    ) as last_executive_meeting_on
from present
inner join conversations
    on
        present.account_id = conversations.account_id
        and present.balance_on >= conversations.occurred_on
group by present.account_id, present.month_number
