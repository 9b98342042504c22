-- Which customers may leave, why, and what are they worth?
with

risks as (

    select * from {{ ref('churn_risks') }}

),

accounts as (

    select * from {{ ref('accounts') }}

)

select
    accounts.account_name,
    accounts.segment,
    risks.closing_arr,
    risks.score,
    risks.red_since,
    risks.reasons,
    risks.csm_user_id,
    risks.n_suppressed_signals
from risks
inner join accounts on risks.account_id = accounts.account_id
order by risks.closing_arr desc, risks.account_id asc
