select
    cast(null as varchar) as account_id,
    cast(null as date) as month_start,
    cast(null as decimal(18,2)) as closing_arr,
    cast(null as boolean) as is_aligned,
    cast(null as decimal(18,2)) as aligned_arr,
    cast(null as date) as last_executive_contact_on,
    cast(null as date) as last_executive_meeting_on,
    cast(null as integer) as n_executives,
    cast(null as integer) as n_directors,
    cast(null as integer) as n_managers,
    cast(null as integer) as n_individuals,
    cast(null as integer) as n_contacts_engaged,
    cast(null as boolean) as is_sponsor_lost,
    cast(null as date) as sponsor_lost_on
where false
