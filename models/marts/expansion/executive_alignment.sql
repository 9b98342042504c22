with

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

executives_met as (

    select * from {{ ref('int_executives_met_by_account_months') }}

),

sponsors_lost as (

    select * from {{ ref('int_sponsors_lost_by_account_months') }}

),

contacts as (

    select * from {{ ref('int_contacts_counted_by_account_months') }}

),

engaged as (

    select * from {{ ref('int_contacts_engaged_by_account_months') }}

),

policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

),

-- Before the first answer of a known contact nothing is known of alignment.
recorded as (

    select min(occurred_on) as first_occurred_on
    from {{ ref('int_conversations_resolved_to_accounts') }}
    where seniority is not null

),

known as (

    select
        present.account_id,
        present.month_number,
        present.month_start,
        present.closing_arr,
        executives_met.last_executive_contact_on,
        executives_met.last_executive_meeting_on,
        sponsors_lost.sponsor_lost_on,
        case
            when recorded.first_occurred_on <= present.balance_on
                then coalesce({{ dbt.datediff(
                    'executives_met.last_executive_contact_on',
                    'present.balance_on',
                    'day'
                ) }} <= policy.executive_contact_days, false)
        end as is_aligned
    from present
    cross join policy
    cross join recorded
    left join executives_met
        on
            present.account_id = executives_met.account_id
            and present.month_number = executives_met.month_number
    left join sponsors_lost
        on
            present.account_id = sponsors_lost.account_id
            and present.month_number = sponsors_lost.month_number

)

select
    known.account_id,
    known.month_start,
    known.closing_arr,
    known.is_aligned,
    cast(case
        when known.is_aligned then known.closing_arr
        when not known.is_aligned then 0
    end as decimal(18, 2)) as aligned_arr,
    known.last_executive_contact_on,
    known.last_executive_meeting_on,
    contacts.n_executives,
    contacts.n_directors,
    contacts.n_managers,
    contacts.n_individuals,
    case
        when known.is_aligned is not null
            then cast(coalesce(engaged.n_contacts_engaged, 0) as integer)
    end as n_contacts_engaged,
    case
        when contacts.account_id is not null
            then known.sponsor_lost_on is not null
    end as is_sponsor_lost,
    known.sponsor_lost_on
from known
left join contacts
    on
        known.account_id = contacts.account_id
        and known.month_number = contacts.month_number
left join engaged
    on
        known.account_id = engaged.account_id
        and known.month_number = engaged.month_number
