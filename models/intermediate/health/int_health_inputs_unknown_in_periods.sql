with

incomplete as (

    select * from {{ ref('incomplete_keys') }}

),

unknown_adoption as (

    select * from {{ ref('int_adoption_unknown_in_periods') }}

),

unknown_arr as (

    select * from {{ ref('int_accounts_unknown_in_periods') }}

),

status_periods as (

    select * from {{ ref('int_subscription_statuses_cut_to_periods') }}
    where status = 'unknown'

),

subscriptions as (

    select * from {{ ref('stg_billing__subscriptions') }}

),

accounts as (

    select * from {{ ref('int_accounts_resolved_to_ultimate') }}

),

linked as (

    select * from {{ ref('int_refused_accounts_linked_to_present') }}

),

weights as (

    select * from {{ ref('health_weights') }}

),

evidence_rules as (

    select * from {{ ref('evidence_source_rules') }}
    where feeds like '%health:%'

),

row_counts as (

    select * from {{ ref('row_counts') }}
    where n_raw_rows > 0

),

-- Of an input that nobody handed over nothing was refused: there is no data.
handed_over as (

    select distinct weights.input
    from weights
    inner join evidence_rules
        on evidence_rules.feeds like concat('%', weights.input, '%')
    inner join row_counts on evidence_rules.raw_table = row_counts.table_name

),

present_accounts as (

    select
        account_id,
        ultimate_account_id
    from accounts

    union

    select
        refused_account_id as account_id,
        account_id as ultimate_account_id
    from linked

),

-- The statuses of a contract say how it was paid, and go when the contract is refused.
of_accounts as (

    select
        incomplete.key_value as account_id,
        case
            when incomplete.table_name = 'billing__subscriptions' then 'payment'
            else incomplete.unknown_figure
        end as input,
        incomplete.valid_from,
        incomplete.valid_to
    from incomplete
    where
        incomplete.key_type = 'account'
        and (
            incomplete.unknown_figure in ('support', 'satisfaction', 'sponsor')
            or incomplete.table_name = 'billing__subscriptions'
        )

    union all

    select
        subscriptions.account_id,
        'payment' as input,
        incomplete.valid_from,
        incomplete.valid_to
    from incomplete
    inner join subscriptions on incomplete.key_value = subscriptions.subscription_id
    where incomplete.unknown_figure = 'status' and incomplete.valid_from is null

    union all

    select
        subscriptions.account_id,
        'payment' as input,
        status_periods.valid_from,
        status_periods.valid_to
    from status_periods
    inner join subscriptions
        on status_periods.subscription_id = subscriptions.subscription_id

    union all

    select
        incomplete.key_value as account_id,
        weights.input,
        incomplete.valid_from,
        incomplete.valid_to
    from incomplete
    cross join weights
    where incomplete.unknown_figure = 'account'

),

unknown_inputs as (

    select
        present_accounts.ultimate_account_id as account_id,
        of_accounts.input,
        false as is_silence_only,
        of_accounts.valid_from,
        of_accounts.valid_to
    from of_accounts
    inner join present_accounts on of_accounts.account_id = present_accounts.account_id

    union

    -- An entitlement adds no use: without it an account may only seem to have none to
    -- use.
    select
        account_id,
        'usage' as input,
        table_name = 'product__entitlements' as is_silence_only,
        valid_from,
        valid_to
    from unknown_adoption

    union

    -- Use is compared with the months in which the account was a customer.
    select
        account_id,
        'usage' as input,
        false as is_silence_only,
        valid_from,
        valid_to
    from unknown_arr

    union

    -- A source that is refused has not fallen silent: of every account that knows it.
    select
        cast(null as {{ dbt.type_string() }}) as account_id,
        case table_name
            when 'support__tickets' then 'support'
            when 'crm__activities' then 'sponsor'
            else 'usage'
        end as input,
        false as is_silence_only,
        valid_from,
        valid_from as valid_to
    from incomplete
    where
        table_name in ('support__tickets', 'crm__activities', 'product__usage_daily')
        and unknown_figure in ('support', 'sponsor', 'adoption')

)

select
    unknown_inputs.account_id,
    unknown_inputs.input,
    unknown_inputs.is_silence_only,
    unknown_inputs.valid_from,
    unknown_inputs.valid_to
from unknown_inputs
inner join handed_over on unknown_inputs.input = handed_over.input
