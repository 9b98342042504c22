-- Every key of the policy, each with its type.
{% set keys = {
    'renewal_grace_days': 'integer',
    'past_due_grace_days': 'integer',
    'discounts_counted': 'varchar',
    'reporting_currency': 'varchar',
    'snapshot_day': 'varchar',
    'renewal_gap_closed_by': 'varchar',
    'contract_amount_off': 'varchar',
    'item_discount_follows': 'varchar',
    'longest_trial_days': 'integer',
    'trial_of_a_customer': 'varchar',
    'inclusive_end_tables': 'varchar',
} %}

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
        {{ policy_columns(**keys) }}
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
        {% for key in keys %}
            one_row.{{ key }},
        {% endfor %}
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
        {% for key in keys | sort %}
            '{{ ',' if not loop.first }}{{ key }}=',
            {{ key }}{{ ',' if not loop.last }}
        {% endfor %}
    ) as policy_values,
    as_of_date,
    raw_id,
    {% for key in keys %}
        {{ key }},
    {% endfor %}
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
