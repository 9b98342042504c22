with

inputs as (

    select * from {{ ref('int_health_inputs_scored') }}

),

months as (

    select * from {{ ref('int_months') }}

)

select
    inputs.account_id,
    months.month_start,
    inputs.input,
    inputs.measured_value,
    inputs.observed_on,
    cast(inputs.age_days as integer) as age_days,
    inputs.points,
    inputs.weight,
    cast(inputs.contribution as decimal(18, 2)) as contribution,
    inputs.reason
from inputs
inner join months on inputs.month_number = months.month_number
