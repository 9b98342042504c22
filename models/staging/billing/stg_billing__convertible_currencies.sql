with

fx_rates as (

    select * from {{ ref('stg_billing__fx_rates') }}

),

policy as (

    select * from {{ ref('stg_policy__metric_policy') }}

)

select currency as known_id
from fx_rates
where rate_type = 'plan'

union

-- The reporting currency needs no rate: it is 1.
select reporting_currency as known_id from policy
