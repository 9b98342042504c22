with

aligned as (

    select * from {{ ref('int_accounts_aligned_in_months') }}

),

months as (

    select * from {{ ref('int_months') }}

),

conversations as (

    select * from {{ ref('int_conversations_resolved_to_accounts') }}

),

policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

)

-- Of the months in which conversations are known at all: none then means 0.
select
    aligned.account_id,
    aligned.month_number,
    cast(count(distinct conversations.contact_id) as integer) as n_contacts_engaged
from aligned
cross join policy
inner join months on aligned.month_number = months.month_number
left join conversations
    on
        aligned.account_id = conversations.account_id
        and months.balance_on >= conversations.occurred_on
        and {{ dbt.datediff('conversations.occurred_on', 'months.balance_on', 'day') }}
        <= policy.executive_contact_days
group by aligned.account_id, aligned.month_number
