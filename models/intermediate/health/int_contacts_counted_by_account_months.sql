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

-- Who is gone without a date may have been gone on any balance date.
dated as (

    select
        accounts.ultimate_account_id as account_id,
        contacts.seniority,
        contacts.left_on
    from contacts
    inner join accounts on contacts.account_id = accounts.account_id
    where contacts.left_on is not null or coalesce(contacts.is_active, true)

)

select
    present.account_id,
    present.month_number,
    cast(count(*) filter (where dated.seniority = 'executive') as integer)
        as n_executives,
    cast(count(*) filter (where dated.seniority = 'director') as integer)
        as n_directors,
    cast(count(*) filter (where dated.seniority = 'manager') as integer) as n_managers,
    cast(count(*) filter (where dated.seniority = 'individual') as integer)
        as n_individuals
from present
left join dated
    on
        present.account_id = dated.account_id
        and (dated.left_on is null or present.balance_on < dated.left_on)
where exists (select 1 from contacts)
group by present.account_id, present.month_number
