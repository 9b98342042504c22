-- Which closed months are no longer what was reported, by how much, and why?
with

restatements as (

    select * from {{ ref('restatements') }}
    where metric = 'closing_arr'

),

closed_months as (

    select * from {{ ref('period_closes') }}

)

select
    closed_months.month_start,
    closed_months.closed_on,
    closed_months.closing_arr as reported_arr,
    restatements.cause,
    count(distinct restatements.account_id) as n_accounts,
    count(distinct restatements.account_id) filter (where restatements.is_material)
        as n_material_accounts,
    sum(restatements.delta) as delta
from closed_months
inner join restatements on closed_months.month_start = restatements.month_start
group by
    closed_months.month_start,
    closed_months.closed_on,
    closed_months.closing_arr,
    restatements.cause
order by closed_months.month_start desc, abs(sum(restatements.delta)) desc
