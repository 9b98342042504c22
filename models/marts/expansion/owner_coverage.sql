with

queue as (

    select * from {{ ref('expansion_queue') }}
    where priority is not null

),

account_owners as (

    select * from {{ ref('int_account_owners_stacked') }}

),

customers as (

    select customers.account_id
    from {{ ref('int_accounts_present_in_months') }} as customers
    inner join {{ ref('int_months') }} as months
        on customers.month_number = months.month_number
    where months.is_last_month

),

users as (

    select * from {{ ref('int_users_dated_to_as_of') }}

),

books as (

    select
        account_owners.user_id,
        count(distinct account_owners.account_id) as n_accounts
    from account_owners
    inner join customers on account_owners.account_id = customers.account_id
    group by account_owners.user_id

),

-- The ARR of an account with two plays counts once.
plays as (

    select
        owner_user_id,
        account_id,
        expected_arr,
        days_waiting,
        is_overdue,
        case
            when row_number() over (
                partition by owner_user_id, account_id order by play
            ) = 1 then closing_arr
        end as closing_arr
    from queue

),

loads as (

    select
        owner_user_id,
        count(closing_arr) as n_ready_accounts,
        count(*) as n_ready,
        sum(expected_arr) as ready_expected_arr,
        sum(closing_arr) as ready_closing_arr,
        max(days_waiting) as oldest_days_waiting,
        count(*) filter (where is_overdue) as n_overdue
    from plays
    group by owner_user_id

),

owners as (

    select
        coalesce(books.user_id, loads.owner_user_id) as owner_user_id,
        coalesce(books.n_accounts, loads.n_ready_accounts) as n_accounts,
        coalesce(loads.n_ready, 0) as n_ready,
        coalesce(loads.ready_expected_arr, 0) as ready_expected_arr,
        coalesce(loads.ready_closing_arr, 0) as ready_closing_arr,
        loads.oldest_days_waiting,
        coalesce(loads.n_overdue, 0) as n_overdue
    from books
    full outer join loads on books.user_id = loads.owner_user_id

)

select
    owners.owner_user_id,
    case when owners.owner_user_id is null then 'unowned' else users.user_name end
        as owner_name,
    users.role,
    users.team,
    users.is_active,
    users.ended_on,
    owners.n_accounts,
    owners.n_ready,
    cast(owners.ready_expected_arr as decimal(18, 2)) as ready_expected_arr,
    cast(owners.ready_closing_arr as decimal(18, 2)) as ready_closing_arr,
    users.weekly_capacity,
    {{ rate('owners.n_ready', 'users.weekly_capacity') }} as load_rate,
    case
        when owners.n_ready = 0 then false
        else owners.n_ready > users.weekly_capacity
    end as is_overloaded,
    owners.oldest_days_waiting,
    owners.n_overdue
from owners
left join users on owners.owner_user_id = users.user_id
