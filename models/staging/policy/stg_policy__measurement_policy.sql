with

policy as (

    select * from {{ ref('measurement_policy') }}

),

one_row as (

    select
        max(case when policy_key = 'largest_detectable_rate' then value end)
            as largest_detectable_rate,
        max(case when policy_key = 'least_training_cases' then value end)
            as least_training_cases,
        max(case when policy_key = 'least_training_expansions' then value end)
            as least_training_expansions,
        max(case when policy_key = 'top_share_rate' then value end)
            as top_share_rate,
        max(case when policy_key = 'regularisation_strength' then value end)
            as regularisation_strength,
        max(case when policy_key = 'reliability_bins' then value end)
            as reliability_bins
    from policy

)

select
    cast(largest_detectable_rate as decimal(18, 6)) as largest_detectable_rate,
    cast(least_training_cases as integer) as least_training_cases,
    cast(least_training_expansions as integer) as least_training_expansions,
    cast(top_share_rate as decimal(18, 6)) as top_share_rate,
    cast(regularisation_strength as decimal(18, 6)) as regularisation_strength,
    cast(reliability_bins as integer) as reliability_bins
from one_row
