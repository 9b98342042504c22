with

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

months as (

    select * from {{ ref('int_months') }}

),

conversations as (

    select * from {{ ref('int_conversations_resolved_to_accounts') }}

),

executives_met as (

    select * from {{ ref('int_executives_met_by_account_months') }}

),

sponsors_lost as (

    select * from {{ ref('int_sponsors_lost_by_account_months') }}

),

weights as (

    select * from {{ ref('health_weights') }}
    where input = 'sponsor'

),

-- Silence means something only while conversations are logged.
logged_months as (

    select
        months.month_number,
        max(conversations.occurred_on) as observed_on
    from months
    inner join conversations on months.balance_on >= conversations.occurred_on
    group by months.month_number

)

-- A lost sponsor is as bad as the longest silence, however lately they spoke.
select
    present.account_id,
    present.month_number,
    'sponsor' as input,
    cast(greatest(
        {{ dbt.datediff(
            'executives_met.last_executive_contact_on', 'present.balance_on', 'day'
        ) }},
        case when sponsors_lost.account_id is not null then weights.worst_value end
    ) as decimal(18, 6)) as measured_value,
    logged_months.observed_on
from present
cross join weights
inner join logged_months on present.month_number = logged_months.month_number
left join executives_met
    on
        present.account_id = executives_met.account_id
        and present.month_number = executives_met.month_number
left join sponsors_lost
    on
        present.account_id = sponsors_lost.account_id
        and present.month_number = sponsors_lost.month_number
where executives_met.account_id is not null or sponsors_lost.account_id is not null
