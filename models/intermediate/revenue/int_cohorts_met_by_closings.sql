with

openings as (

    select * from {{ ref('int_openings_looked_back_at') }}
    where opening_arr > 0

),

closings as (

    select * from {{ ref('int_closings_stacked_by_group') }}

)

-- The months in which one of the cohort is still there, with both its balances.
select
    openings.lag_months,
    openings.account_id,
    openings.group_id,
    greatest(openings.first_month, closings.first_month) as first_month,
    least(openings.end_month, closings.end_month) as end_month,
    case when openings.is_family then 0 else closings.closing_arr end as closing_arr,
    least(openings.opening_arr, closings.closing_arr) as kept_arr,
    case when closings.closing_arr > 0 then 1 else 0 end as n_kept_accounts
from openings
inner join closings
    on
        openings.account_id = closings.account_id
        and openings.group_id = closings.group_id
        and openings.first_month < closings.end_month
        and openings.end_month > closings.first_month

union all

-- The cohort of a family is the company's: what it bought in the family since then
-- counts, so that the families add up.
select
    openings.lag_months,
    openings.account_id,
    closings.group_id,
    greatest(openings.first_month, closings.first_month) as first_month,
    least(openings.end_month, closings.end_month) as end_month,
    closings.closing_arr,
    0 as kept_arr,
    0 as n_kept_accounts
from openings
inner join closings
    on
        openings.account_id = closings.account_id
        and openings.first_month < closings.end_month
        and openings.end_month > closings.first_month
where not openings.is_family and closings.is_family
