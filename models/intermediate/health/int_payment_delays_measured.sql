with

present as (

    select * from {{ ref('int_accounts_present_in_months') }}

),

periods as (

    select * from {{ ref('int_subscription_statuses_cut_to_periods') }}

),

past_due_runs as (

    select * from {{ ref('int_past_due_runs_limited_to_grace') }}

),

subscriptions as (

    select * from {{ ref('stg_billing__subscriptions') }}

),

accounts as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

weights as (

    select * from {{ ref('health_weights') }}
    where input = 'payment'

),

account_periods as (

    select
        accounts.ultimate_account_id as account_id,
        periods.valid_from,
        periods.valid_to,
        past_due_runs.past_due_since
    from periods
    inner join subscriptions on periods.subscription_id = subscriptions.subscription_id
    inner join accounts on subscriptions.account_id = accounts.account_id
    left join past_due_runs
        on
            periods.subscription_id = past_due_runs.subscription_id
            and periods.valid_from = past_due_runs.valid_from

),

-- A bill paid last week after six weeks was late all the same.
delays as (

    select
        present.account_id,
        present.month_number,
        present.balance_on,
        max(case
            when account_periods.past_due_since is null then 0
            else {{ dbt.datediff(
                'account_periods.past_due_since',
                'least(account_periods.valid_to, present.balance_on)',
                'day'
            ) }}
        end) as days_past_due,
        max(case
            when
                account_periods.valid_to is null
                or account_periods.valid_to > present.balance_on
                then present.balance_on
        end) as observed_on
    from present
    cross join weights
    inner join account_periods
        on
            present.account_id = account_periods.account_id
            and present.balance_on >= account_periods.valid_from
            and (
                account_periods.valid_to is null
                or {{ dbt.datediff(
                    'account_periods.valid_to', 'present.balance_on', 'day'
                ) }} <= weights.window_days
            )
    group by present.account_id, present.month_number, present.balance_on

)

select
    account_id,
    month_number,
    'payment' as input,
    cast(days_past_due as decimal(18, 6)) as measured_value,
    observed_on
from delays
where observed_on is not null
