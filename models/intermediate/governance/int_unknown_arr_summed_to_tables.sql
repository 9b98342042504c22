with

unknown_keys as (

    select * from {{ ref('int_arr_keys_unknown_in_periods') }}

),

status_periods as (

    select * from {{ ref('int_subscription_statuses_cut_to_periods') }}
    where status = 'unknown'

),

items as (

    select
        staged_items.*,
        {{ annualised_amount('staged_items') }} as list_arr
    from {{ ref('stg_billing__subscription_items') }} as staged_items
    where staged_items.charge_type = 'recurring'

),

subscriptions as (

    select * from {{ ref('stg_billing__subscriptions') }}

),

accounts as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

unknown_periods as (

    select
        table_name,
        key_type,
        key_value,
        valid_from,
        valid_to
    from unknown_keys

    union all

    select
        'billing__subscription_statuses' as table_name,
        'subscription' as key_type,
        subscription_id as key_value,
        valid_from,
        valid_to
    from status_periods

),

in_service as (

    select
        items.item_id,
        items.list_arr,
        items.subscription_id,
        subscriptions.currency,
        accounts.ultimate_account_id as account_id,
        policy.last_balance_on,
        policy.last_month
    from items
    cross join policy
    inner join subscriptions on items.subscription_id = subscriptions.subscription_id
    inner join accounts on subscriptions.account_id = accounts.account_id
    where
        items.list_arr > 0
        and items.valid_from <= policy.last_balance_on
        and (items.valid_to is null or items.valid_to > policy.last_balance_on)
        and subscriptions.started_on <= policy.last_balance_on
        and (
            subscriptions.ends_on is null
            or subscriptions.ends_on > policy.last_balance_on
        )

),

-- An item that several tables leave unknown is counted once.
unknown_items as (

    select
        in_service.item_id,
        in_service.list_arr,
        in_service.currency,
        in_service.last_month,
        min(unknown_periods.table_name) as table_name
    from in_service
    inner join unknown_periods
        on
            case unknown_periods.key_type
                when 'subscription' then in_service.subscription_id
                when 'currency' then in_service.currency
                else in_service.account_id
            end = unknown_periods.key_value
            and (
                unknown_periods.valid_from is null
                or in_service.last_balance_on >= unknown_periods.valid_from
            )
            and (
                unknown_periods.valid_to is null
                or in_service.last_balance_on < unknown_periods.valid_to
            )
    group by
        in_service.item_id,
        in_service.list_arr,
        in_service.currency,
        in_service.last_month

)

select
    unknown_items.table_name,
    cast(sum(
        {{ to_reporting_currency('unknown_items.list_arr', 'rates.rate') }}
    ) as decimal(18, 2)) as unknown_arr
from unknown_items
inner join rates
    on
        unknown_items.currency = rates.currency
        and unknown_items.last_month >= rates.first_month
        and unknown_items.last_month < rates.end_month
group by unknown_items.table_name
