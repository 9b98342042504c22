with

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

aligned as (

    select * from {{ ref('int_accounts_aligned_in_months') }}

),

engaged as (

    select * from {{ ref('int_contacts_engaged_by_account_months') }}

),

contacts as (

    select * from {{ ref('int_contacts_counted_by_account_months') }}

),

sponsors_lost as (

    select * from {{ ref('int_sponsors_lost_by_account_months') }}

)

-- What was never recorded stays null: no account is called unaligned for want of a CRM.
select
    present.account_id,
    present.month_start,
    present.closing_arr,
    aligned.is_aligned,
    cast(
        case when aligned.is_aligned then 1 when not aligned.is_aligned then 0 end
        * present.closing_arr as decimal(18, 2)
    ) as aligned_arr,
    aligned.last_executive_contact_on,
    aligned.last_executive_meeting_on,
    contacts.n_executives,
    contacts.n_directors,
    contacts.n_managers,
    contacts.n_individuals,
    engaged.n_contacts_engaged,
    case
        when contacts.account_id is not null
            then sponsors_lost.account_id is not null
    end as is_sponsor_lost,
    sponsors_lost.sponsor_lost_on
from present
left join aligned
    on
        present.account_id = aligned.account_id
        and present.month_number = aligned.month_number
left join engaged
    on
        present.account_id = engaged.account_id
        and present.month_number = engaged.month_number
left join contacts
    on
        present.account_id = contacts.account_id
        and present.month_number = contacts.month_number
left join sponsors_lost
    on
        present.account_id = sponsors_lost.account_id
        and present.month_number = sponsors_lost.month_number
