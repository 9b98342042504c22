with

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

months as (

    select * from {{ ref('int_months') }}

),

tickets as (

    select * from {{ ref('stg_support__tickets') }}

),

accounts as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

ticket_weights as (

    select * from {{ ref('ticket_weights') }}

),

weights as (

    select * from {{ ref('health_weights') }}
    where input = 'support'

),

account_tickets as (

    select
        accounts.ultimate_account_id as account_id,
        tickets.opened_on,
        tickets.solved_on,
        coalesce(ticket_weights.weight, 0) as weight
    from tickets
    inner join accounts on tickets.account_id = accounts.account_id
    left join ticket_weights on tickets.priority = ticket_weights.priority

),

-- No ticket is good news, as long as tickets arrive at all.
event_dates as (

    select opened_on as seen_on from account_tickets
    union
    select solved_on as seen_on from account_tickets

),

seen_months as (

    select
        months.month_number,
        max(event_dates.seen_on) as observed_on
    from months
    inner join event_dates on months.balance_on >= event_dates.seen_on
    group by months.month_number

),

-- An account that never wrote tells nothing by its silence.
known as (

    select
        account_id,
        min(opened_on) as first_opened_on
    from account_tickets
    group by account_id

),

loads as (

    select
        present.account_id,
        present.month_number,
        sum(account_tickets.weight) as weight
    from present
    cross join weights
    inner join account_tickets
        on
            present.account_id = account_tickets.account_id
            and present.balance_on >= account_tickets.opened_on
            and (
                account_tickets.solved_on is null
                or present.balance_on < account_tickets.solved_on
                or {{ dbt.datediff(
                    'account_tickets.opened_on', 'present.balance_on', 'day'
                ) }} <= weights.window_days
            )
    group by present.account_id, present.month_number

)

select
    present.account_id,
    present.month_number,
    'support' as input,
    cast(coalesce(loads.weight, 0) as decimal(18, 6)) as measured_value,
    seen_months.observed_on
from present
inner join known
    on
        present.account_id = known.account_id
        and present.balance_on >= known.first_opened_on
inner join seen_months on present.month_number = seen_months.month_number
left join loads
    on
        present.account_id = loads.account_id
        and present.month_number = loads.month_number
