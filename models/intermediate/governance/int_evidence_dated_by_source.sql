{% set sources = [
    ('invoices', 'stg_billing__invoice_lines', 'issued_on', none),
    ('entitlements', 'stg_product__entitlements', 'valid_from', none),
    ('activities', 'stg_crm__activities', 'occurred_on', none),
    ('contacts', 'stg_crm__contacts', none, 'left_on'),
    ('account_plans', 'stg_crm__account_plans', 'starts_on', 'reviewed_on'),
    ('opportunities', 'stg_crm__opportunities', 'created_on',
        'case when is_closed then close_on end'),
    ('head_counts', 'stg_crm__account_headcounts', 'observed_on', none),
    ('tickets', 'stg_support__tickets', 'opened_on', 'solved_on'),
    ('surveys', 'stg_support__surveys', 'responded_on', none),
    ('play_runs', 'stg_crm__play_runs', 'surfaced_on', 'closed_on'),
] %}
with

subscriptions as (

    select * from {{ ref('stg_billing__subscriptions') }}

),

subscription_items as (

    select * from {{ ref('stg_billing__subscription_items') }}

),

subscription_statuses as (

    select * from {{ ref('stg_billing__subscription_statuses') }}

),

usage_days as (

    select * from {{ ref('int_usage_observed_to_accounts') }}

),

costs as (

    select * from {{ ref('stg_finance__gtm_costs') }}

),

compensation_plans as (

    select * from {{ ref('stg_crm__compensation_plans') }}

),

users as (

    select * from {{ ref('stg_crm__users') }}

),

dated as (

    {% for source_id, table, observed_on, changed_on in sources %}
        select
            '{{ source_id }}' as source_id,
            account_id,
            cast({{ observed_on or 'null' }} as date) as observed_on,
            cast({{ changed_on or 'null' }} as date) as changed_on,
            1 as n_rows
        from {{ ref(table) }}

        union all

    {% endfor %}
    select
        'subscription_items' as source_id,
        subscriptions.account_id,
        subscription_items.valid_from as observed_on,
        cast(null as date) as changed_on,
        1 as n_rows
    from subscription_items
    inner join subscriptions
        on subscription_items.subscription_id = subscriptions.subscription_id

    union all

    select
        'subscription_statuses' as source_id,
        subscriptions.account_id,
        subscription_statuses.valid_from as observed_on,
        cast(null as date) as changed_on,
        1 as n_rows
    from subscription_statuses
    inner join subscriptions
        on subscription_statuses.subscription_id = subscriptions.subscription_id

    union all

    select
        'usage' as source_id,
        account_id,
        observed_on,
        cast(null as date) as changed_on,
        n_rows
    from usage_days

    union all

    select
        'costs' as source_id,
        cast(null as {{ dbt.type_string() }}) as account_id,
        month_start as observed_on,
        cast(null as date) as changed_on,
        1 as n_rows
    from costs

    union all

    select
        'compensation_plans' as source_id,
        cast(null as {{ dbt.type_string() }}) as account_id,
        valid_from as observed_on,
        cast(null as date) as changed_on,
        1 as n_rows
    from compensation_plans

    union all

    select
        'users' as source_id,
        cast(null as {{ dbt.type_string() }}) as account_id,
        started_on as observed_on,
        ended_on as changed_on,
        1 as n_rows
    from users

)

select * from dated
