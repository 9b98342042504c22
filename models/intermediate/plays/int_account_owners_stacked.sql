with

accounts as (

    select * from {{ ref('int_accounts_placed_in_scopes') }}

),

users as (

    select * from {{ ref('int_users_dated_to_as_of') }}

),

named as (

    select
        account_id,
        'csm' as role,
        csm_user_id as user_id
    from accounts

    union all

    select
        account_id,
        'account_manager' as role,
        account_manager_user_id as user_id
    from accounts

    union all

    select
        account_id,
        'sales' as role,
        sales_user_id as user_id
    from accounts

)

-- The role is the one they have on the account, whatever their own is.
select
    named.account_id,
    named.role,
    named.user_id,
    coalesce(users.is_active, false) as is_active,
    not users.is_active as has_left,
    users.started_on,
    users.ended_on
from named
left join users on named.user_id = users.user_id
where named.user_id is not null
