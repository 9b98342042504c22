with

accounts as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

executives as (

    select * from {{ ref('stg_crm__contacts') }}
    where seniority = 'executive'

),

conversations as (

    select * from {{ ref('int_conversations_resolved_to_accounts') }}

),

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

policy as (

    select * from {{ ref('stg_policy__signals') }}
    where signal = 'executive_meeting'

),

meetings as (

    select
        account_id,
        occurred_on
    from conversations
    where
        seniority = 'executive'
        and activity_type in ('meeting', 'business_review')

),

first_conversation as (

    select min(occurred_on) as logged_from
    from conversations

),

-- Before conversations were logged, or without a known executive, none is not zero.
knowable as (

    select distinct
        present.account_id,
        present.month_number,
        present.balance_on
    from present
    inner join accounts on present.account_id = accounts.ultimate_account_id
    inner join executives on accounts.account_id = executives.account_id
    inner join first_conversation
        on present.balance_on >= first_conversation.logged_from

),

measured as (

    select
        knowable.account_id,
        knowable.month_number,
        cast(count(meetings.occurred_on) as decimal(18, 6)) as value,
        max(meetings.occurred_on) as last_meeting_on
    from knowable
    cross join policy
    left join meetings
        on
            knowable.account_id = meetings.account_id
            and knowable.balance_on >= meetings.occurred_on
            and {{ dbt.datediff('meetings.occurred_on', 'knowable.balance_on', 'day') }}
            < policy.window_days
    group by knowable.account_id, knowable.month_number

)

select
    measured.account_id,
    policy.signal,
    measured.month_number,
    cast(null as {{ dbt.type_string() }}) as product_id,
    measured.value,
    {{ meets_threshold('measured.value') }} as is_fired,
    concat(
        'meetings with an executive in the last ',
        policy.window_days,
        ' days: ',
        cast(measured.value as decimal(18, 0)),
        case
            when measured.last_meeting_on is null then ''
            else concat(', the last on ', measured.last_meeting_on)
        end
    ) as evidence
from measured
cross join policy
