with

tickets as (

    select * from {{ ref('stg_support__tickets') }}
    where priority = 'urgent'

),

accounts as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

)

select
    present.account_id,
    present.month_number,
    count(*) as n_tickets
from present
inner join accounts on present.account_id = accounts.ultimate_account_id
inner join tickets
    on
        accounts.account_id = tickets.account_id
        and present.balance_on >= tickets.opened_on
        and (tickets.solved_on is null or present.balance_on < tickets.solved_on)
group by present.account_id, present.month_number
