-- Fails if an account's month holds more than one movement, one of the wrong sign, or
-- one that its label does not name: labels nobody checks book a return as expansion. An
-- account with adjustments below zero may be won or lost by a rate alone: then what
-- else it did has either sign.
with

account_months as (

    select * from {{ ref('arr_account_months') }}

),

counted as (

    select
        *,
        case when new_arr <> 0 then 1 else 0 end
        + case when expansion_arr <> 0 then 1 else 0 end
        + case when reactivation_arr <> 0 then 1 else 0 end
        + case when contraction_arr <> 0 then 1 else 0 end
        + case when churn_arr <> 0 then 1 else 0 end as n_movements
    from account_months

)

select *
from counted
where
    n_movements > 1
    or (new_arr < 0 and opening_arr + fx_arr <= 0)
    or expansion_arr < 0
    or (reactivation_arr < 0 and opening_arr + fx_arr <= 0)
    or contraction_arr > 0
    or (churn_arr > 0 and opening_arr + fx_arr > 0)
    or (new_arr <> 0 and movement <> 'new')
    or (expansion_arr <> 0 and movement <> 'expansion')
    or (reactivation_arr <> 0 and movement <> 'reactivation')
    or (contraction_arr <> 0 and movement <> 'contraction')
    or (churn_arr <> 0 and movement <> 'churn')
    or (movement is null and n_movements > 0)
