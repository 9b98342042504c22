-- Only figures that passed their tests are frozen.
{{ after_tests_of([
    'accounts', 'arr_account_months', 'arr_bridge_months', 'arr_item_months',
    'arr_product_months', 'expansion_drivers', 'expansion_months',
    'opening_item_months', 'retention_months',
]) }}
with

closes as (

    select * from {{ ref('stg_finance__period_closes') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

-- A run that tries other values of the policy must not close the books with them.
known as (

    select
        closes.month_start,
        {{ month_number('closes.month_start') }} as month_number,
        closes.closed_on,
        closes.closed_by,
        policy.as_of_date,
        policy.policy_version,
        policy.policy_values,
        policy.raw_id
    from closes
    cross join policy
    where
        closes.closed_on <= policy.as_of_date
        and {{ month_number('closes.month_start') }} <= policy.last_month
        and not policy.is_overridden

)

select
    concat(
        substr(cast(month_start as {{ dbt.type_string() }}), 1, 8),
        substr({{ dbt.hash(
            "concat(closed_on, '|', as_of_date, '|', policy_values, '|', "
            ~ "coalesce(raw_id, ''))"
        ) }}, 1, 12)
    ) as snapshot_id,
    month_start,
    month_number,
    closed_on,
    closed_by,
    as_of_date,
    policy_version,
    policy_values,
    raw_id
from known
