with

health_months as (

    select * from {{ ref('int_health_scored_in_account_months') }}
    where band = 'red'

),

urgent_tickets as (

    select * from {{ ref('int_urgent_tickets_open_in_months') }}

),

past_due as (

    select * from {{ ref('int_subscriptions_past_due_in_months') }}

),

sponsor_months as (

    select * from {{ ref('int_executives_aligned_in_account_months') }}
    where is_sponsor_lost

),

plans_missing as (

    select * from {{ ref('int_account_plans_missing_in_months') }}

),

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

stacked as (

    select
        present.account_id,
        present.month_number,
        'health_red' as guard,
        concat('health is ', health_months.score) as detail
    from present
    inner join health_months
        on
            present.account_id = health_months.account_id
            and present.month_start = health_months.month_start

    union all

    select
        account_id,
        month_number,
        'urgent_ticket_open' as guard,
        concat('urgent tickets open: ', n_tickets) as detail
    from urgent_tickets

    union all

    select
        account_id,
        month_number,
        'past_due' as guard,
        concat('past due since ', past_due_since) as detail
    from past_due

    union all

    select
        present.account_id,
        present.month_number,
        'sponsor_lost' as guard,
        concat('sponsor left on ', sponsor_months.sponsor_lost_on) as detail
    from present
    inner join sponsor_months
        on
            present.account_id = sponsor_months.account_id
            and present.month_start = sponsor_months.month_start

    union all

    select
        account_id,
        month_number,
        'plan_missing' as guard,
        'no account plan in force' as detail
    from plans_missing

)

select
    account_id,
    month_number,
    guard,
    detail
from stacked
