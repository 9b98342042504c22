with

tables as (

    select * from {{ ref('int_last_days_counted_to_tables') }}

),

ends as (

    select * from {{ ref('int_interval_ends_judged') }}
    where looks_like = 'last_day'

),

subscriptions as (

    select * from {{ ref('stg_billing__subscriptions') }}

),

items as (

    select * from {{ ref('int_arr_items_resolved_to_accounts') }}

),

rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

-- A contract, or an account where the table knows no contract, counts once: as it stood
-- the day before the last such end.
concerned as (

    select
        tables.table_name,
        coalesce(ends.account_id, subscriptions.account_id) as account_id,
        ends.subscription_id,
        least(
            cast({{ dbt.dateadd('day', -1, 'max(ends.ends_on)') }} as date),
            max(policy.last_balance_on)
        ) as valued_on
    from tables
    inner join ends on tables.table_name = ends.table_name
    left join subscriptions on ends.subscription_id = subscriptions.subscription_id
    cross join policy
    where coalesce(ends.account_id, subscriptions.account_id) is not null
    group by
        tables.table_name,
        coalesce(ends.account_id, subscriptions.account_id),
        ends.subscription_id

),

valued as (

    select
        concerned.table_name,
        sum({{ to_reporting_currency('items.arr', 'rates.rate') }}) as arr
    from concerned
    inner join items
        on
            concerned.account_id = items.source_account_id
            and coalesce(concerned.subscription_id = items.subscription_id, true)
            and concerned.valued_on >= items.valid_from
            and (items.valid_to is null or concerned.valued_on < items.valid_to)
    inner join rates
        on
            items.currency = rates.currency
            and {{ month_number('concerned.valued_on') }} >= rates.first_month
            and {{ month_number('concerned.valued_on') }} < rates.end_month
    group by concerned.table_name

)

-- No ARR rests on what people are paid.
select
    tables.table_name,
    case
        when tables.table_name <> 'crm__compensation_plans'
            then cast(coalesce(valued.arr, 0) as decimal(18, 2))
    end as doubt_arr,
    policy.inclusive_end_tables
from tables
left join valued on tables.table_name = valued.table_name
cross join policy
