with recursive

refused as (

    select distinct key_value as account_id
    from {{ ref('incomplete_arr_keys') }}
    where unknown_figure = 'account' and key_value is not null

),

links as (

    select * from {{ ref('account_links') }}

),

accounts as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

above as (

    select
        account_id as refused_account_id,
        account_id as linked_account_id
    from refused

    union

    select
        above.refused_account_id,
        links.next_account_id as linked_account_id
    from above
    inner join links on above.linked_account_id = links.account_id

),

below as (

    select
        account_id as refused_account_id,
        account_id as linked_account_id
    from refused

    union

    select
        below.refused_account_id,
        links.account_id as linked_account_id
    from below
    inner join links on below.linked_account_id = links.next_account_id

),

linked as (

    select * from above
    union
    select * from below

)

-- Whose part a refused account was, and who was part of it.
select distinct
    linked.refused_account_id,
    accounts.ultimate_account_id as account_id
from linked
inner join accounts on linked.linked_account_id = accounts.account_id
