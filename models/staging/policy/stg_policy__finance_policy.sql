with

policy as (

    select * from {{ ref('finance_policy') }}

),

one_row as (

    select
        max(case when policy_key = 'material_restatement_arr' then value end)
            as material_restatement_arr
    from policy

)

select cast(material_restatement_arr as decimal(18, 2)) as material_restatement_arr
from one_row
