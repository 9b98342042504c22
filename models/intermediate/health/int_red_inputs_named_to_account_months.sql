with

inputs as (

    select * from {{ ref('int_health_inputs_scored') }}

),

policy as (

    select * from {{ ref('stg_policy__motion_policy') }}

)

-- What is red by itself, worst first.
select
    inputs.account_id,
    inputs.month_number,
    {{ joined_text(
        "concat(inputs.input, ' ', inputs.points)", 'inputs.points, inputs.input'
    ) }} as reasons
from inputs
cross join policy
where inputs.points < policy.health_red_below
group by inputs.account_id, inputs.month_number
