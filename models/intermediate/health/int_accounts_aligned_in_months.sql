with

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

executives_met as (

    select * from {{ ref('int_executives_met_by_account_months') }}

),

policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

),

-- Before the first answer of a known contact nothing is known of alignment.
recorded as (

    select min(occurred_on) as first_occurred_on
    from {{ ref('int_conversations_resolved_to_accounts') }}
    where seniority is not null

)

select
    present.account_id,
    present.month_number,
    executives_met.last_executive_contact_on,
    executives_met.last_executive_meeting_on,
    coalesce({{ dbt.datediff(
        'executives_met.last_executive_contact_on', 'present.balance_on', 'day'
    ) }} <= policy.executive_contact_days, false) as is_aligned
from present
cross join policy
inner join recorded on present.balance_on >= recorded.first_occurred_on
left join executives_met
    on
        present.account_id = executives_met.account_id
        and present.month_number = executives_met.month_number
