with

steps as (

    select * from {{ ref('int_flow_retention_bridged_by_accounts') }}

),

scopes as (

    select * from {{ ref('int_scope_groups_spread_to_scopes') }}

),

months as (

    select * from {{ ref('int_months') }}

),

account_months as (

    select
        steps.account_id,
        steps.group_id,
        steps.step,
        months.month_start,
        sum(steps.numerator_delta) as numerator_delta,
        sum(steps.denominator_delta) as denominator_delta
    from steps
    inner join months
        on
            steps.first_month <= months.month_number
            and steps.end_month > months.month_number
    group by steps.account_id, steps.group_id, steps.step, months.month_start

)

select
    scopes.scope_type,
    scopes.scope_value,
    account_months.month_start,
    account_months.account_id,
    account_months.step,
    cast(account_months.numerator_delta as decimal(18, 2)) as numerator_delta,
    cast(account_months.denominator_delta as decimal(18, 2)) as denominator_delta
from account_months
inner join scopes on account_months.group_id = scopes.group_id
where account_months.numerator_delta <> 0 or account_months.denominator_delta <> 0
