-- How much ARR is healthy, how much is not, and of how much is it unknown?
with

health as (

    select * from {{ ref('account_health_months') }}

),

arr as (

    select
        account_id,
        month_start,
        closing_arr
    from {{ ref('arr_account_months') }}
    where closing_arr > 0

)

select
    arr.month_start,
    coalesce(health.band, 'unknown') as band,
    count(*) as n_accounts,
    sum(arr.closing_arr) as closing_arr,
    avg(health.score) as mean_score
from arr
left join health
    on arr.account_id = health.account_id and arr.month_start = health.month_start
group by arr.month_start, coalesce(health.band, 'unknown')
order by arr.month_start desc, band asc
