with

alignment as (

    select * from {{ ref('int_executives_aligned_in_account_months') }}

)

select
    account_id,
    month_start,
    closing_arr,
    is_aligned,
    aligned_arr,
    last_executive_contact_on,
    last_executive_meeting_on,
    n_executives,
    n_directors,
    n_managers,
    n_individuals,
    n_contacts_engaged,
    is_sponsor_lost,
    sponsor_lost_on
from alignment
