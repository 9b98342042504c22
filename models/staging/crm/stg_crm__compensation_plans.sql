with

admitted as (

    {{ admitted('crm__compensation_plans') }}

)

select
    role,
    valid_from,
    valid_to,
    base_pay,
    variable_pay,
    currency,
    weight_expansion,
    weight_nrr,
    weight_new_logo,
    weight_other
from admitted
