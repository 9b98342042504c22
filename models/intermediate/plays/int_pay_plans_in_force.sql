with

pay_plans as (

    select * from {{ ref('stg_crm__compensation_plans') }}

),

rates as (

    select * from {{ ref('int_plan_rates_sampled_to_months') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

),

-- Were two plans of a role in force, the one that began later would be it.
in_force as (

    select
        pay_plans.role,
        cast(round(pay_plans.variable_pay, 2) as decimal(18, 2)) as variable_pay,
        pay_plans.weight_expansion,
        pay_plans.weight_nrr,
        pay_plans.weight_new_logo,
        pay_plans.weight_other,
        rates.rate,
        row_number() over (
            partition by pay_plans.role order by pay_plans.valid_from desc
        ) as recency
    from pay_plans
    cross join policy
    inner join rates
        on
            pay_plans.currency = rates.currency
            and policy.last_month >= rates.first_month
            and policy.last_month < rates.end_month
    where
        pay_plans.valid_from <= policy.as_of_date
        and (pay_plans.valid_to is null or policy.as_of_date < pay_plans.valid_to)

)

select
    role,
    cast({{ to_reporting_currency('variable_pay', 'rate') }} as decimal(18, 2))
        as variable_pay,
    weight_expansion,
    weight_nrr,
    weight_new_logo,
    weight_other
from in_force
where recency = 1
