with

policy as (

    select * from {{ ref('metric_policy') }}

),

overrides as (

    select * from {{ raw('policy_overrides') }}

),

run as (

    select * from {{ raw('run') }}

),

latest_version as (

    select max(policy_version) as policy_version from policy

),

in_force as (

    select
        policy.policy_version,
        policy.policy_key,
        coalesce(overrides.value, policy.value) as value,
        overrides.policy_key is not null as is_overridden
    from policy
    inner join latest_version on policy.policy_version = latest_version.policy_version
    left join overrides on policy.policy_key = overrides.policy_key

),

one_row as (

    select
        max(policy_version) as locked_version,
        max(case when is_overridden then 1 else 0 end) as is_overridden,
        max(case when policy_key = 'renewal_grace_days' then value end)
            as renewal_grace_days,
        max(case when policy_key = 'past_due_grace_days' then value end)
            as past_due_grace_days,
        max(case when policy_key = 'discounts_counted' then value end)
            as discounts_counted,
        max(case when policy_key = 'reporting_currency' then value end)
            as reporting_currency,
        max(case when policy_key = 'snapshot_day' then value end) as snapshot_day,
        max(case when policy_key = 'renewal_gap_closed_by' then value end)
            as renewal_gap_closed_by,
        max(case when policy_key = 'contract_amount_off' then value end)
            as contract_amount_off,
        max(case when policy_key = 'item_discount_follows' then value end)
            as item_discount_follows,
        max(case when policy_key = 'longest_trial_days' then value end)
            as longest_trial_days,
        max(case when policy_key = 'trial_of_a_customer' then value end)
            as trial_of_a_customer,
        max(case when policy_key = 'inclusive_end_tables' then value end)
            as inclusive_end_tables
    from in_force

),

dated as (

    select
        -- A run with an override must not pass for the locked policy.
        case
            when one_row.is_overridden = 1
                then concat(one_row.locked_version, '-overridden')
            else one_row.locked_version
        end as policy_version,
        one_row.is_overridden = 1 as is_overridden,
        run.as_of_date,
        run.raw_id,
        cast(one_row.renewal_grace_days as integer) as renewal_grace_days,
        cast(one_row.past_due_grace_days as integer) as past_due_grace_days,
        one_row.discounts_counted,
        one_row.reporting_currency,
        one_row.snapshot_day,
        one_row.renewal_gap_closed_by,
        one_row.contract_amount_off,
        one_row.item_discount_follows,
        cast(one_row.longest_trial_days as integer) as longest_trial_days,
        one_row.trial_of_a_customer,
        one_row.inclusive_end_tables,
        case
            when one_row.snapshot_day = 'last'
                then cast({{ dbt.last_day('run.as_of_date', 'month') }} as date)
            else cast({{ dbt.dateadd(
                'day',
                'try_cast(one_row.snapshot_day as integer) - 1',
                dbt.date_trunc('month', 'run.as_of_date')
            ) }} as date)
        end as balance_on
    from one_row
    cross join run

)

select
    policy_version,
    is_overridden,
    -- What EXPANSION_POLICY could take.
    concat(
        'contract_amount_off=', contract_amount_off,
        ',discounts_counted=', discounts_counted,
        ',inclusive_end_tables=', inclusive_end_tables,
        ',item_discount_follows=', item_discount_follows,
        ',longest_trial_days=', longest_trial_days,
        ',past_due_grace_days=', past_due_grace_days,
        ',renewal_gap_closed_by=', renewal_gap_closed_by,
        ',renewal_grace_days=', renewal_grace_days,
        ',reporting_currency=', reporting_currency,
        ',snapshot_day=', snapshot_day,
        ',trial_of_a_customer=', trial_of_a_customer
    ) as policy_values,
    as_of_date,
    raw_id,
    renewal_grace_days,
    past_due_grace_days,
    discounts_counted,
    reporting_currency,
    snapshot_day,
    renewal_gap_closed_by,
    contract_amount_off,
    item_discount_follows,
    longest_trial_days,
    trial_of_a_customer,
    inclusive_end_tables,
    -- Balances go up to the last month whose balance date is not after the as-of date.
    {{ month_number('as_of_date') }}
    - case when balance_on > as_of_date then 1 else 0 end as last_month,
    case
        when balance_on <= as_of_date then balance_on
        when snapshot_day = 'last' then cast({{ dbt.dateadd(
            'day', -1, dbt.date_trunc('month', 'as_of_date')
        ) }} as date)
        else cast({{ dbt.dateadd('month', -1, 'balance_on') }} as date)
    end as last_balance_on
from dated
